import { describe, expect, test, vi } from "vitest";
import { Clicker, countInOf, toneOf } from "./click";
import { drawing, given, MadeSong, playing } from "./made.fixture";
import { Mixer } from "./mixer";
import type { Click } from "./song";
import { stereo } from "./voices";

const RATE_HZ = 8000;
const CLICK: Click = { beats_s: [0.1, 0.6, 1.1, 1.6, 2.1], downbeat_every: 4, downbeat_first: 0, gain: 1 };

function struck(samples: Float32Array): number[] {
  const at: number[] = [];
  samples.forEach((sample, frame) => {
    if (sample !== 0 && samples.subarray(Math.max(0, frame - 100), frame).every((before) => before === 0)) {
      at.push(frame);
    }
  });
  return at;
}

test("a tone begins and ends in silence and never exceeds its peak", () => {
  const tone = toneOf(1000, 44_100);
  expect(tone[0]).toBe(0);
  expect(Math.abs(tone.at(-1)!)).toBeLessThan(0.001);
  expect(tone.every((sample) => Math.abs(sample) <= 0.5)).toBe(true);
});

test("each beat heard is struck at its own frame, stretched as the song is, and bars begin differently", () => {
  const clicker = new Clicker(RATE_HZ);
  const strike = vi.spyOn(clicker, "strike");
  clicker.set(CLICK);
  clicker.follow([{ sample: 700, length_samples: 200 }], 400);
  clicker.follow(
    [
      { sample: 13_000, length_samples: 10 },
      { sample: 16_790, length_samples: 20 },
    ],
    60,
  );
  expect(strike.mock.calls).toEqual([
    [200, true, 1],
    [40, true, 1],
  ]);
});

describe("in the mixer", () => {
  function silent() {
    const song = new MadeSong([20_000], 1, 1, drawing(1));
    song.stems[0]![0]!.fill(0);
    const mixer = new Mixer(["vocals"], RATE_HZ, 0);
    mixer.setEnd(20_000);
    return { song, mixer };
  }

  test("clicks fall on the song's beats, whatever pieces it is rendered in", () => {
    const { song, mixer } = silent();
    mixer.setClick(CLICK);
    playing(song, mixer);
    const all = stereo(20_000);
    for (let at = 0; at < 20_000; at += 125) {
      all[0].set(given(mixer, 125)[0], at);
    }
    // A tone's very first sample is silent.
    expect(struck(all[0]).map((frame) => frame - 1)).toEqual([800, 4800, 8800, 12_800, 16_800]);
  });

  test("the song begins after as many beats as were asked for, in time with its next beat", () => {
    const { song, mixer } = silent();
    song.stems[0]![0]!.fill(0.01);
    mixer.blocks.hold(song.block(0));
    mixer.seek(6000);
    mixer.play(countInOf(CLICK, 6000, 4, 1, RATE_HZ));
    const [left] = given(mixer, 20_000);
    const begins = left.findIndex(
      (sample, frame) => Math.abs(sample - 0.01) < 1e-6 && Math.abs(left[frame + 1]! - 0.01) < 1e-6,
    );
    const lead = 4 * 4000 - (8800 - 6000);
    expect(struck(left.subarray(0, lead)).map((frame) => frame - 1)).toEqual([0, 4000, 8000, 12_000]);
    expect(begins).toBeGreaterThanOrEqual(lead);
    expect(mixer.report.position).toBe(6000 + 20_000 - lead);
  });

  test("who goes elsewhere amid the counting hears the song from there at once, and no beat that was counted", () => {
    const { song, mixer } = silent();
    song.stems[0]![0]!.fill(0.01);
    mixer.blocks.hold(song.block(0));
    mixer.play(countInOf(CLICK, 0, 4, 1, RATE_HZ));
    given(mixer, 2000);
    mixer.seek(9000);
    const [left] = given(mixer, 8000);
    expect(left.subarray(200).every((sample) => Math.abs(sample - 0.01) < 1e-6)).toBe(true);
    expect(mixer.report.position).toBe(17_000);
  });

  test("pausing ends the counting, and nothing is struck any more", () => {
    const { song, mixer } = silent();
    mixer.blocks.hold(song.block(0));
    mixer.play(countInOf(CLICK, 0, 4, 1, RATE_HZ));
    given(mixer, 2000);
    mixer.pause();
    expect(given(mixer, 20_000)[0].every((sample) => sample === 0)).toBe(true);
    expect(mixer.report).toEqual({ position: 0, pace: 0, isQuiet: true });
  });
});

test("counting in follows the tempo and the bar, and without beats there is none", () => {
  const countIn = countInOf(CLICK, 0, 4, 0.5, RATE_HZ);
  expect(countIn?.lead_frames).toBe(4 * 8000 - 1600);
  expect(countIn?.strikes.map(({ isDownbeat }) => isDownbeat)).toEqual([true, false, false, false]);
  const fromSecond = countInOf({ ...CLICK, downbeat_first: 1 }, 0, 4, 0.5, RATE_HZ);
  expect(fromSecond?.strikes.map(({ isDownbeat }) => isDownbeat)).toEqual([false, true, false, false]);
  expect(countInOf({ ...CLICK, beats_s: [] }, 0, 4, 1, RATE_HZ)).toBe(null);
  expect(countInOf({ ...CLICK, beats_s: [1] }, 0, 4, 1, RATE_HZ)).toBe(null);
});

test("before an intro of some beats the accents are those of the bar that it lies in", () => {
  // Two beats and a bit more before the first one that is known, which begins a bar.
  const click = { ...CLICK, beats_s: CLICK.beats_s.map((beat_s) => beat_s + 1.1) };
  const countIn = countInOf(click, 0, 4, 1, RATE_HZ);
  expect(countIn?.lead_frames).toBe(4 * 4000 - 1600);
  expect(countIn?.strikes.map(({ isDownbeat }) => isDownbeat)).toEqual([false, false, true, false]);
});

test("after the last beat that is known the counting goes on as the bars would", () => {
  const last_samples = 2.1 * RATE_HZ;
  const countIn = countInOf(CLICK, last_samples + 1000, 4, 1, RATE_HZ);
  expect(countIn?.lead_frames).toBe(4 * 4000 - 3000);
  expect(countIn?.strikes.map(({ isDownbeat }) => isDownbeat)).toEqual([false, false, false, true]);
});
