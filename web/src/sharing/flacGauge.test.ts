import { describe, expect, it } from "vitest";
import { BLOCK_SAMPLES, frameHead, madeFlac } from "$/sharing/flac.fixture";
import { FlacGauge } from "$/sharing/flacGauge";

function partsOf(bytes: number[], piece_bytes: number): (number | null)[] {
  const gauge = new FlacGauge();
  const parts = [];
  for (let at = 0; at < bytes.length; at += piece_bytes) {
    gauge.take(new Uint8Array(bytes.slice(at, at + piece_bytes)));
    parts.push(gauge.part);
  }
  return parts;
}

describe("how much of a FLAC stream is here", () => {
  it("is told by its newest frame, however the stream is cut", () => {
    const stream = madeFlac(400, 301).flat();
    for (const piece_bytes of [1, 7, 64, 1000, 65_536, stream.length]) {
      const parts = partsOf(stream, piece_bytes);
      expect(parts.at(-1)).toBe(300 / 400);
      const told = parts.filter((part) => part !== null);
      expect(told).toEqual([...told].sort((a, b) => a - b));
    }
  });

  it("is told of a song whose frames have numbers of several bytes", () => {
    const [head] = madeFlac(100_000, 0);
    const bytes = [...head!, ...[0, 127, 128, 2047, 2048, 65_535, 65_536].flatMap((at) => [...frameHead(at), 1, 2])];
    expect(partsOf([...bytes, ...Array<number>(20).fill(3)], 9).at(-1)).toBe(65_536 / 100_000);
  });

  it("is not read out of a cover that looks like frames", () => {
    const cover = Array.from({ length: 50 }, (_, at) => frameHead(at)).flat();
    const [head, ...frames] = madeFlac(100, 3, cover);
    expect(partsOf(head!, 16).at(-1)).toBeNull();
    expect(partsOf([...head!, ...frames.flat()], 16).at(-1)).toBe(2 / 100);
  });

  it("is not read out of sound that looks like a frame which is past, past the end, or of another kind", () => {
    const [head, ...frames] = madeFlac(100, 51);
    const odd = [...frameHead(3), ...frameHead(100), ...frameHead(60, 0xca), ...Array<number>(20).fill(0)];
    expect(partsOf([...head!, ...frames.flat(), ...odd], 4096).at(-1)).toBe(50 / 100);
  });

  it("is not known of what is no FLAC, and of one that does not say how long it is", () => {
    expect(partsOf(Array<number>(100).fill(0xff), 10).at(-1)).toBeNull();
    expect(partsOf(madeFlac(0, 0).concat(madeFlac(9).slice(1)).flat(), 100).at(-1)).toBeNull();
  });

  it("takes a length of more samples than fit in 32 bit", () => {
    const frames = 2 ** 33 / BLOCK_SAMPLES;
    expect(partsOf(madeFlac(frames, 2).flat(), 100).at(-1)).toBe(1 / frames);
  });
});
