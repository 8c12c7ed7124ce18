import { describe, expect, test } from "vitest";
import { Peaks } from "$/player/peaks";

const base64 = (...blocks: number[]): string => btoa(String.fromCharCode(...blocks));

describe("peaks", () => {
  test("are found where their samples lie", () => {
    const peaks = new Peaks();
    peaks.put(0, 2048, base64(10, 200));
    expect(peaks.highest(0, 1024)).toBe(10);
    expect(peaks.highest(1024, 2048)).toBe(200);
    expect(peaks.highest(0, 2048)).toBe(200);
    expect(peaks.end_samples).toBe(2048);
  });

  test("keep their place when a segment is no whole number of blocks", () => {
    const peaks = new Peaks();
    peaks.put(0, 1500, base64(1, 2));
    peaks.put(1500, 2048, base64(90, 50));
    expect(peaks.highest(2048, 3072)).toBe(50);
    expect(peaks.highest(1024, 2048)).toBe(90);
  });

  test("are silence where nothing has come yet", () => {
    const peaks = new Peaks();
    peaks.put(1_000_000, 1024, base64(7));
    expect(peaks.highest(0, 900_000)).toBe(0);
    expect(peaks.highest(5_000_000, 6_000_000)).toBe(0);
  });

  test("give a narrow window the bin that it lies in", () => {
    const peaks = new Peaks();
    peaks.put(0, 2048, base64(10, 200));
    expect(peaks.highest(1100, 1101)).toBe(200);
  });

  test("lose detail and not memory when the song is long", () => {
    const peaks = new Peaks(8192);
    for (let segment = 0; segment < 40; segment += 1) {
      peaks.put(segment * 1024 * 1000, 1024 * 1000, btoa(String.fromCharCode(segment + 1).repeat(1000)));
    }
    expect(peaks.bytes).toBeLessThanOrEqual(8193);
    expect(peaks.highest(39_500 * 1024, 39_600 * 1024)).toBe(40);
    expect(peaks.highest(10 * 1024, 20 * 1024)).toBe(1);
    expect(peaks.highest(0, 40_000 * 1024)).toBe(40);
  });

  test("of ten hours at 44,100 Hz take a megabyte at most", () => {
    const peaks = new Peaks();
    const step = 44_100 * 600;
    for (let part = 0; part < 60; part += 1) {
      peaks.put(part * step, step, btoa("\u0009".repeat(Math.ceil(step / 1024))));
    }
    expect(peaks.bytes).toBeLessThanOrEqual((1 << 20) + 1);
    expect(peaks.highest(59 * step, 60 * step)).toBe(9);
  });
});
