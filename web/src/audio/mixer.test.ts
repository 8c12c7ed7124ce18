import { describe, expect, test } from "vitest";
import { drawing, given, MadeSong, playing } from "./made.fixture";
import { Mixer } from "./mixer";
import { endOf, type Block, type LoopSamples } from "./song";

const RATE_HZ = 8000;
const FADE = 40;
const NAMES = ["vocals", "drums", "bass"];

function made(seed: number, lengths = [900, 1000, 700, 1200], channels = 2) {
  const song = new MadeSong(lengths, NAMES.length, channels, drawing(seed));
  const mixer = new Mixer(NAMES, RATE_HZ, 0);
  mixer.setEnd(song.length_samples);
  return { song, mixer };
}

describe("at full volume", () => {
  test.each([1, 2])("every sample given is the sum of the stems' samples, with %i channels", (channels) => {
    const { song, mixer } = made(1, [900, 1000, 700, 1200], channels);
    const output = given(playing(song, mixer), song.length_samples + 100);
    for (const side of [0, 1] as const) {
      const wrong = output[side].findIndex(
        (sample, at) => sample !== (at < song.length_samples ? song.sum(side, at) : 0),
      );
      expect(wrong).toBe(-1);
    }
  });

  test("any seeks, pauses and arrivals leave the stems in step to the sample", () => {
    const draw = drawing(2);
    const { song, mixer } = made(2);
    mixer.play(null);
    for (let round = 0; round < 300; round += 1) {
      const to = Math.floor(draw() * (song.length_samples - 700));
      mixer.seek(to);
      song.segments.forEach(({ index }) => mixer.blocks.hold(song.block(index)));
      const output = given(mixer, 128 + Math.floor(draw() * 400));
      for (let at = FADE; at < output[0].length; at += 1) {
        expect(output[0][at]).toBe(song.sum(0, to + at));
        expect(output[1][at]).toBe(song.sum(1, to + at));
      }
      expect(mixer.report.position).toBe(to + output[0].length);
    }
  });

  test("a loop goes round without a sample missing or doubled, and leaves its beginning untouched", () => {
    const { song, mixer } = made(3);
    const loop: LoopSamples = { from_sample: 850, to_sample: 1950 };
    mixer.setLoop(loop);
    mixer.seek(1000);
    const output = given(playing(song, mixer), 8000);
    for (let at = FADE; at < 8000; at += 1) {
      const sample = loop.from_sample + ((1000 + at - loop.from_sample) % 1100);
      if (sample < loop.to_sample - FADE) {
        expect(output[0][at]).toBe(song.sum(0, sample));
      }
    }
  });

  test("a wave that does not meet itself at a loop's edge makes no step there", () => {
    const { song, mixer } = made(4);
    song.stems.forEach((stem) =>
      stem.forEach((samples) => samples.forEach((_, at) => (samples[at] = Math.sin(at / 50) / 3))),
    );
    mixer.setLoop({ from_sample: 500, to_sample: 1278 });
    const [left] = given(playing(song, mixer), 6000);
    const steps = left.slice(1).map((sample, at) => Math.abs(sample - left[at]!));
    expect(Math.max(...steps)).toBeLessThan(0.06);
  });
});

describe("where something is not loaded", () => {
  test("nothing is played of a segment until it is there, and then all of it", () => {
    const { song, mixer } = made(5);
    const [before] = given(playing(song, mixer, [0, 2]), 3000);
    expect(before.findLastIndex((sample) => sample !== 0)).toBeLessThan(900);
    expect(mixer.report).toMatchObject({ position: 900, pace: 0, isQuiet: true });
    mixer.blocks.hold(song.block(1));
    const [after] = given(mixer, 1000);
    for (let at = FADE; at < 1000; at += 1) {
      expect(after[at]).toBe(song.sum(0, 900 + at));
    }
  });

  test("what is played before a gap ends in a fade, just there", () => {
    const { song, mixer } = made(6);
    song.stems.forEach((stem) => stem.forEach((samples) => samples.fill(0.2)));
    const [left] = given(playing(song, mixer, [0]), 1000);
    const steps = left.slice(1).map((sample, at) => Math.abs(sample - left[at]!));
    expect(left[900 - FADE - 1]).toBeCloseTo(0.6, 5);
    expect(left[899]).toBe(0);
    expect(Math.max(...steps.slice(1))).toBeLessThanOrEqual(0.6 / FADE + 1e-6);
  });

  test("random arrivals, drops, loops and seeks never give a sample beyond what is loaded", () => {
    const draw = drawing(7);
    const { song, mixer } = made(7);
    song.stems.forEach((stem) => stem.forEach((samples) => samples.fill(0.25)));
    mixer.play(null);
    const held = new Map<number, Block>();
    // Whatever was dropped and is read all the same is heard.
    const spoil = (block: Block) => block.stems.forEach((stem) => stem.forEach((samples) => samples.fill(NaN)));
    const drop = (index: number) => {
      const block = held.get(index);
      if (block) {
        mixer.blocks.drop(block.load);
        held.delete(index);
        spoil(block);
      }
    };
    let sounded = 0;
    for (let round = 0; round < 3000; round += 1) {
      const index = Math.floor(draw() * song.segments.length);
      const kind = draw();
      if (kind < 0.3) {
        drop(index);
        held.set(index, song.block(index));
        mixer.blocks.hold(held.get(index)!);
      } else if (kind < 0.4) {
        drop(index);
      } else if (kind < 0.5) {
        mixer.seek(Math.floor(draw() * song.length_samples));
      } else if (kind < 0.55) {
        const from_sample = Math.floor(draw() * 2000);
        mixer.setLoop(draw() < 0.5 ? null : { from_sample, to_sample: from_sample + 400 + Math.floor(draw() * 2000) });
      }
      const { position, isQuiet } = mixer.report;
      const isLoaded = [...held.values()].some((block) => block.first_sample <= position && position < endOf(block));
      const [left] = given(mixer, 128);
      expect(left.every((sample) => sample >= 0 && sample <= 1.5)).toBe(true);
      if (isQuiet && !isLoaded) {
        expect(left.every((sample) => sample === 0)).toBe(true);
      }
      sounded += left[127]! > 0 ? 1 : 0;
    }
    expect(sounded).toBeGreaterThan(500);
  });
});

describe("faders", () => {
  test("reach any gain and balance without a step, and then hold it exactly", () => {
    const { song, mixer } = made(8, [20_000]);
    song.stems.forEach((stem) => stem.forEach((samples) => samples.fill(0.5)));
    playing(song, mixer);
    given(mixer, 1000);
    mixer.setLane(0, { gain: 0.25, pan: 0.5, sounds: true });
    mixer.setLane(1, { gain: 1, pan: 0, sounds: false });
    const [left, right] = given(mixer, 1000);
    const steps = left.slice(1).map((sample, at) => Math.abs(sample - left[at]!));
    expect(Math.max(...steps)).toBeLessThan(0.02);
    expect(left[999]).toBe(0.5 * 0.125 + 0.5);
    expect(right[999]).toBe(0.5 * 0.25 + 0.5);
  });

  test("a silenced stem has no level, and levels are those after the fader", () => {
    const { song, mixer } = made(9, [20_000]);
    song.stems.forEach((stem) => stem.forEach((samples) => samples.fill(0.5)));
    mixer.setLane(0, { gain: 0.5, pan: -1, sounds: true });
    mixer.setLane(1, { gain: 1, pan: 0, sounds: false });
    given(playing(song, mixer), 1000);
    expect([...mixer.listener.peaks]).toEqual([0.25, 0, 0.5]);
  });
});

describe("a tap", () => {
  test("gives what each stem gave, from one place of the song on, seeks or not", () => {
    const { song, mixer } = made(10);
    playing(song, mixer);
    mixer.listener.tap(1, 600);
    given(mixer, 300);
    mixer.seek(1234);
    given(mixer, 700);
    const tapped = mixer.listener.full();
    expect(tapped?.sample).toBe(1234);
    expect(tapped?.stems.map((stem) => stem.map((samples) => [...samples]))).toEqual(
      song.stems.map((stem) => stem.map((samples) => [...samples.subarray(1234, 1834)])),
    );
    expect(mixer.listener.full()).toBe(null);
  });
});

describe("pausing", () => {
  test("fades out, stays there, and goes on from there", () => {
    const { song, mixer } = made(11);
    playing(song, mixer);
    given(mixer, 500);
    mixer.pause();
    const [left] = given(mixer, 400);
    expect(left.slice(FADE + 128).every((sample) => sample === 0)).toBe(true);
    const { position, isQuiet } = mixer.report;
    expect(isQuiet).toBe(true);
    expect(position - 500).toBeLessThanOrEqual(128);
    mixer.play(null);
    const [again] = given(mixer, 200);
    expect(again[100]).toBe(song.sum(0, position + 100));
  });

  test("comes to the end once, and is quiet there", () => {
    const { song, mixer } = made(12);
    given(playing(song, mixer), song.length_samples + 128);
    expect(mixer.report).toEqual({ position: song.length_samples, pace: 0, isQuiet: true });
  });
});
