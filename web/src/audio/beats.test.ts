import { expect, test } from "vitest";
import { beatFrom, isDownbeat } from "./beats";

test("the first beat at or after a time is found, also past the last", () => {
  const beats = [10, 10.5, 11, 11.5, 12];
  expect([0, 10, 10.1, 12, 13].map((time_s) => beatFrom(beats, time_s))).toEqual([0, 0, 1, 4, 5]);
});

test("bars begin with the beat that was chosen, and before the song's first beat as well", () => {
  const downbeats = (downbeat_first: number): number[] =>
    [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5].filter((beat) => isDownbeat({ downbeat_every: 3, downbeat_first }, beat));
  expect(downbeats(0)).toEqual([-3, 0, 3]);
  expect(downbeats(2)).toEqual([-4, -1, 2, 5]);
});

test("a song without bars has no beat that begins one", () => {
  expect(isDownbeat({ downbeat_every: 0, downbeat_first: 0 }, 0)).toBe(false);
});
