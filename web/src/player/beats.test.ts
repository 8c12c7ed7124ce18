import { describe, expect, test } from "vitest";
import { loopBetween, movedByBeats, snapped } from "$/player/beats";

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

describe("a place that is moved by beats", () => {
  // Slower from the third beat on.
  const beats = [1, 1.5, 2, 3, 4];

  test.each([
    ["from a beat to the next", 1.5, 1, 2],
    ["from a beat to the one before", 2, -1, 1.5],
    ["between two beats, as far between the next two", 1.75, 1, 2.5],
    ["between two beats, as far between the two before", 2.5, -1, 1.75],
    ["before the first beat, by as much as the first beats lie apart", 0.25, 1, 0.75],
    ["after the last beat, by as much as the last beats lie apart", 6, -1, 5],
    ["over the last beat", 3.5, 1, 4.5],
    ["back before the first beat", 1.25, -1, 0.75],
  ])("goes %s", (_what, at_s, by, to_s) => {
    expect(movedByBeats(beats, at_s, by)).toBeCloseTo(to_s, 6);
  });

  test.each([[[]], [[2]]])("goes a tenth of a second where the beats are %j", (none) => {
    expect(movedByBeats(none, 5, 1)).toBeCloseTo(5.1, 6);
    expect(movedByBeats(none, 5, -1)).toBeCloseTo(4.9, 6);
  });
});
