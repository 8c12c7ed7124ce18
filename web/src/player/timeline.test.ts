import { describe, expect, test } from "vitest";
import { following, isWhole, moved, partOf, scaled, ticks, timeAt, wholeSong } from "$/player/timeline";

describe("zooming", () => {
  test("keeps the time under the pointer at its place", () => {
    const span = scaled(wholeSong(100), 100, 0.5, 80);
    expect(span).toEqual({ from_s: 40, to_s: 90 });
    expect(partOf(span, 80)).toBeCloseTo(0.8);
  });

  test("ends at two seconds, and at the whole song", () => {
    const near = scaled(wholeSong(100), 100, 1e-6, 50);
    expect(near.to_s - near.from_s).toBe(2);
    const far = scaled(near, 100, 1e9, 50);
    expect(far).toEqual({ from_s: 0, to_s: 100 });
    expect(isWhole(far, 100)).toBe(true);
    expect(isWhole(near, 100)).toBe(false);
  });

  test("shows a song that is shorter than two seconds whole", () => {
    expect(scaled(wholeSong(1), 1, 0.5, 0.5)).toEqual({ from_s: 0, to_s: 2 });
  });
});

describe("moving", () => {
  test("stops at both ends of the song", () => {
    expect(moved({ from_s: 10, to_s: 20 }, 60, -99)).toEqual({ from_s: 0, to_s: 10 });
    expect(moved({ from_s: 10, to_s: 20 }, 60, 99)).toEqual({ from_s: 50, to_s: 60 });
  });
});

describe("following the position", () => {
  const span = { from_s: 10, to_s: 20 };

  test("stays while the position is shown", () => {
    expect(following(span, 60, 15)).toBe(span);
  });

  test("turns the page when the position nears the end of it", () => {
    expect(following(span, 60, 19.5).from_s).toBeCloseTo(18.7);
  });

  test("goes back to a position before it", () => {
    expect(following(span, 60, 2).from_s).toBeCloseTo(1.2);
  });

  test("stays on the last page to the end of the song", () => {
    const last = { from_s: 50, to_s: 60 };
    expect(following(last, 60, 59.9)).toBe(last);
  });
});

test("a place and a time are each other's reverse", () => {
  expect(timeAt({ from_s: 5, to_s: 9 }, partOf({ from_s: 5, to_s: 9 }, 6.25))).toBe(6.25);
});

test("a ruler has round times, no more than it has room for", () => {
  expect(ticks(wholeSong(187), 8)).toEqual([0, 30, 60, 90, 120, 150, 180]);
  expect(ticks({ from_s: 10.2, to_s: 13 }, 6)).toEqual([10.5, 11, 11.5, 12, 12.5, 13]);
  expect(ticks(wholeSong(36_000), 8).length).toBeLessThanOrEqual(9);
});
