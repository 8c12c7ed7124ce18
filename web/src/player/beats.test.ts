import { describe, expect, test } from "vitest";
import { loopBetween, snapped } from "$/player/beats";

const BEATS = [10, 10.5, 11, 11.5, 12];

describe("snapping", () => {
  test("goes to the nearest beat", () => {
    expect(snapped(BEATS, 10.7)).toBe(10.5);
    expect(snapped(BEATS, 10.8)).toBe(11);
    expect(snapped(BEATS, 12.3)).toBe(12);
  });

  test("leaves a time far from every beat where it is", () => {
    expect(snapped(BEATS, 3)).toBe(3);
    expect(snapped(BEATS, 60)).toBe(60);
  });

  test("does nothing without a beat grid", () => {
    expect(snapped([], 3.21)).toBe(3.21);
    expect(snapped([5], 5.2)).toBe(5.2);
  });
});

describe("a loop", () => {
  test("begins and ends on beats, whichever end was named first", () => {
    expect(loopBetween(BEATS, 11.6, 10.1, 0.2)).toEqual({ from_s: 10, to_s: 11.5 });
  });

  test("is at least a beat long where there are beats", () => {
    expect(loopBetween(BEATS, 10.05, 10.1, 0.2)).toEqual({ from_s: 10, to_s: 10.5 });
  });

  test("is none when it is too short and no beat helps", () => {
    expect(loopBetween([], 4, 4.1, 0.2)).toBeNull();
    expect(loopBetween(BEATS, 12, 12.1, 0.2)).toBeNull();
  });
});
