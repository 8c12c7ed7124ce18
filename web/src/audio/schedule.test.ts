import { describe, expect, test } from "vitest";
import { drawing, segmentsOf } from "./made.fixture";
import { ahead_s, dueSegments, segmentAt } from "./schedule";

const RATE_HZ = 1000;
const AHEAD = 15 * RATE_HZ;

test("a sample belongs to the segment that holds it, and the first sample after all to none", () => {
  const segments = segmentsOf([5, 3, 4]);
  expect([0, 4, 5, 7, 8, 11, 12].map((sample) => segmentAt(segments, sample))).toEqual([0, 0, 1, 1, 2, 2, 3]);
});

describe("what is due", () => {
  test("is what is played now and in the next seconds, whatever the song's length", () => {
    const draw = drawing(1);
    const segments = segmentsOf(Array.from({ length: 2000 }, () => 4000 + Math.floor(draw() * 2000)));
    for (let round = 0; round < 500; round += 1) {
      const from = Math.floor(draw() * 9_000_000);
      const due = dueSegments(segments, from, AHEAD, null, 5);
      const samples = due.reduce((sum, segment) => sum + segment.length_samples, 0);
      expect(due[0]?.index).toBe(segmentAt(segments, from));
      expect(samples).toBeLessThanOrEqual(AHEAD + 2 * 6000);
    }
  });

  test("goes round a loop whose end comes near, and no further than as many seconds as otherwise", () => {
    const segments = segmentsOf(Array.from({ length: 100 }, () => 5000));
    const loop = { from_sample: 51_000, to_sample: 201_000 };
    const indices = (from: number) => dueSegments(segments, from, AHEAD, loop, 5).map(({ index }) => index);
    expect(indices(60_000)).toEqual([12, 13, 14]);
    expect(indices(195_000)).toEqual([39, 40, 10, 11]);
    expect(indices(300_000)).toEqual([60, 61, 62]);
  });

  test("is a short loop whole, with the moment before it that its edge is smoothed with", () => {
    const segments = segmentsOf(Array.from({ length: 20 }, () => 5000));
    const due = dueSegments(segments, 12_000, AHEAD, { from_sample: 10_002, to_sample: 13_000 }, 5);
    expect(due.map(({ index }) => index)).toEqual([2, 1]);
  });

  test("is less of many stems at a high rate, and never less than some seconds", () => {
    expect(ahead_s(44_100, 2, 4)).toBe(15);
    const bytes = ahead_s(192_000, 2, 6) * 192_000 * 2 * 6 * 4;
    expect(bytes).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(ahead_s(192_000, 2, 12)).toBe(6);
  });
});
