import { beforeAll, describe, expect, test, vi } from "vitest";
import { drawing, given, MadeSong, playing } from "./made.fixture";
import { Mixer } from "./mixer";
import { openStretcher } from "./stretch.wasm";

const RATE_HZ = 44_100;

beforeAll(() => {
  vi.stubGlobal("sampleRate", RATE_HZ);
});

test.each([undefined, { instantiate: () => Promise.reject(new Error("refused")) }])(
  "where no WebAssembly starts (%j) no stretcher opens, and nobody waits for it",
  async (assembly) => {
    const before = globalThis.WebAssembly;
    vi.stubGlobal("WebAssembly", assembly);
    try {
      await expect(openStretcher(RATE_HZ)).rejects.toThrow();
    } finally {
      vi.stubGlobal("WebAssembly", before);
    }
  },
);

async function made(stems: readonly string[], wave: (sample: number) => number, length_s = 6) {
  const lengths = Array.from({ length: length_s }, () => RATE_HZ);
  const song = new MadeSong(lengths, stems.length, 2, drawing(1));
  song.stems.forEach((stem) => stem.forEach((samples) => samples.forEach((_, at) => (samples[at] = wave(at)))));
  const mixer = new Mixer(stems, RATE_HZ, 0);
  mixer.setEnd(song.length_samples);
  mixer.stretchWith(await Promise.all(Array.from({ length: mixer.stretchersWanted }, () => openStretcher(RATE_HZ))));
  return { song, mixer };
}

const sine = (tone_hz: number) => (sample: number) => 0.3 * Math.sin((2 * Math.PI * tone_hz * sample) / RATE_HZ);

function power(samples: Float32Array, tone_hz: number): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, at) => {
    const angle = (2 * Math.PI * tone_hz * at) / RATE_HZ;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

function largestStep(samples: Float32Array): number {
  return samples.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (samples[at - 1] ?? sample))), 0);
}

function loudestAt(samples: Float32Array): number {
  return samples.reduce((best, sample, at) => (Math.abs(sample) > Math.abs(samples[best]!) ? at : best), 0);
}

describe("at another tempo", () => {
  test.each([0.5, 0.7, 1.3, 1.5])("%f times: what is heard is where the position says", async (tempo) => {
    const { song, mixer } = await made(["vocals"], (sample) => (sample === 60_000 ? 0.9 : 0));
    mixer.setTempo(tempo);
    mixer.seek(50_000);
    playing(song, mixer);
    let heard_sample = 0;
    let loudest = 0;
    for (let block = 0; block < 400; block += 1) {
      const { position, pace } = mixer.report;
      const [left] = given(mixer, 128);
      const at = loudestAt(left);
      if (Math.abs(left[at]!) > loudest) {
        loudest = Math.abs(left[at]!);
        heard_sample = position + at * pace;
      }
    }
    expect(loudest).toBeGreaterThan(0.1);
    expect(Math.abs(heard_sample - 60_000) / RATE_HZ).toBeLessThan(0.002);
  });

  test("the song takes as much longer, and keeps its pitch", async () => {
    const { song, mixer } = await made(["vocals"], sine(440));
    mixer.setTempo(0.8);
    playing(song, mixer);
    given(mixer, RATE_HZ);
    const from = mixer.report.position;
    const [left] = given(mixer, RATE_HZ);
    expect((mixer.report.position - from) / RATE_HZ).toBeCloseTo(0.8, 2);
    expect(power(left, 440)).toBeGreaterThan(0.25);
  });

  test("it ends where the song ends, and is quiet then", async () => {
    const { song, mixer } = await made(["vocals"], sine(440), 1);
    mixer.setTempo(1.5);
    given(playing(song, mixer), RATE_HZ);
    expect(mixer.report).toEqual({ position: song.length_samples, pace: 0, isQuiet: true });
  });

  test("a gap in what is loaded is waited for, and nothing of the song is left out", async () => {
    const { song, mixer } = await made(["vocals"], sine(440), 3);
    mixer.setTempo(1.25);
    playing(song, mixer, [0]);
    given(mixer, RATE_HZ);
    expect(mixer.report).toEqual({ position: RATE_HZ, pace: 0, isQuiet: true });
    mixer.blocks.hold(song.block(1));
    given(mixer, 12_800);
    expect(mixer.report.position).toBeGreaterThan(RATE_HZ);
    expect(mixer.report.position).toBeLessThan(RATE_HZ + 12_800 * 1.25);
  });

  test("a loop is gone round at the tempo asked for", async () => {
    const { song, mixer } = await made(["vocals"], sine(440));
    mixer.setLoop({ from_sample: 44_100, to_sample: 66_150 });
    mixer.setTempo(0.5);
    mixer.seek(50_000);
    playing(song, mixer);
    const places: number[] = [];
    for (let block = 0; block < 1500; block += 1) {
      given(mixer, 128);
      places.push(mixer.report.position);
    }
    expect(Math.min(...places)).toBeGreaterThanOrEqual(44_100);
    expect(Math.max(...places)).toBeLessThan(66_150);
    expect(places.filter((place, at) => place < (places[at - 1] ?? 0)).length).toBeGreaterThanOrEqual(2);
  });
});

test("parts of a drum kit keep their pitch as the whole kit does", async () => {
  const { song, mixer } = await made(["snare", "hihat"], sine(1000));
  mixer.setPitch(12);
  playing(song, mixer);
  given(mixer, RATE_HZ);
  expect(power(given(mixer, RATE_HZ)[0], 1000)).toBeGreaterThan(0.2);
});

test("drums keep their pitch while everything else changes", async () => {
  const { song, mixer } = await made(["vocals", "drums"], () => 0);
  song.stems[0]!.forEach((samples) => samples.forEach((_, at) => (samples[at] = sine(440)(at))));
  song.stems[1]!.forEach((samples) => samples.forEach((_, at) => (samples[at] = sine(1000)(at))));
  mixer.setPitch(12);
  playing(song, mixer);
  given(mixer, RATE_HZ);
  const [left] = given(mixer, RATE_HZ);
  expect(power(left, 880)).toBeGreaterThan(0.1);
  expect(power(left, 440)).toBeLessThan(0.02);
  expect(power(left, 1000)).toBeGreaterThan(0.1);
  expect(power(left, 2000)).toBeLessThan(0.02);
});

test.each([{ stems: ["vocals", "drums"] }, { stems: ["drums"] }])(
  "drums of $stems change their pitch too where that is asked for, and no longer once it is not",
  async ({ stems }) => {
    const { song, mixer } = await made(stems, () => 0);
    song.stems.at(-1)!.forEach((samples) => samples.forEach((_, at) => (samples[at] = sine(1000)(at))));
    mixer.setPitch(12);
    mixer.moveDrums(true);
    playing(song, mixer);
    given(mixer, RATE_HZ);
    const [moved] = given(mixer, RATE_HZ);
    mixer.moveDrums(false);
    given(mixer, RATE_HZ);
    const [kept] = given(mixer, RATE_HZ);
    expect(power(moved, 2000)).toBeGreaterThan(0.1);
    expect(power(moved, 1000)).toBeLessThan(0.02);
    expect(power(kept, 1000)).toBeGreaterThan(0.1);
  },
);

test("changing over to another tempo and back makes no step, and what follows is exact again", async () => {
  const { song, mixer } = await made(["vocals", "drums"], sine(220));
  playing(song, mixer);
  const loud = [given(mixer, 12_800)];
  mixer.setTempo(0.9);
  loud.push(given(mixer, 25_600));
  mixer.setPitch(1);
  loud.push(given(mixer, 25_600));
  mixer.setPitch(0);
  mixer.setTempo(1);
  loud.push(given(mixer, 12_800));
  loud.forEach(([left]) => {
    expect(left.every(Number.isFinite)).toBe(true);
    expect(largestStep(left)).toBeLessThan(0.04);
  });
  const { position } = mixer.report;
  const [left] = given(mixer, 1000);
  expect(left.findIndex((sample, at) => sample !== song.sum(0, position + at))).toBe(-1);
});

test("changing over skips nothing of the song and repeats nothing", async () => {
  const { song, mixer } = await made(["vocals"], sine(220));
  playing(song, mixer);
  for (let block = 0, before = 0; block < 1200; block += 1) {
    if (block % 200 === 0) {
      mixer.setTempo(block % 400 === 0 ? 1 : 0.75);
    }
    given(mixer, 128);
    const { position } = mixer.report;
    expect(position - before).toBeGreaterThanOrEqual(0.75 * 128 - 2);
    expect(position - before).toBeLessThanOrEqual(128 + 2);
    before = position;
  }
});

test("any order of seeks, pauses, tempos and pitches gives numbers, no step, and the place asked for", async () => {
  const draw = drawing(5);
  const { song, mixer } = await made(["vocals", "drums"], sine(110));
  playing(song, mixer);
  let last = 0;
  for (let round = 0; round < 400; round += 1) {
    const kind = Math.floor(draw() * 8);
    const to = Math.floor(draw() * RATE_HZ * 5);
    if (kind === 0) mixer.seek(to);
    if (kind === 1) mixer.setTempo(draw() < 0.4 ? 1 : 0.5 + draw());
    if (kind === 2) mixer.setPitch(draw() < 0.4 ? 0 : Math.round(draw() * 24 - 12));
    if (kind === 3) mixer.pause();
    if (kind === 4) mixer.play(null);
    if (kind === 0) {
      expect(mixer.report.position).toBe(to);
    }
    const [left] = given(mixer, 128 * (1 + Math.floor(draw() * 30)));
    expect(left.every(Number.isFinite)).toBe(true);
    // At the very beginning of the song nothing is faded in.
    expect(Math.max(largestStep(left), Math.abs(left[0]! - last))).toBeLessThan(0.15);
    last = left.at(-1)!;
  }
});
