import { expect, test } from "vitest";
import { PositionClock } from "./clock";

const RATE_HZ = 1000;

test("between reports the position goes on at the song's pace", () => {
  const clock = new PositionClock(RATE_HZ, 0);
  clock.note({ at_s: 1, position: 500, pace: 0.5 });
  expect(clock.at(1.1, null, 99_999)).toBeCloseTo(550, 6);
});

test("what is heard late is told by the reports of then, over pauses too", () => {
  const clock = new PositionClock(RATE_HZ, 0);
  clock.note({ at_s: 1, position: 500, pace: 1 });
  clock.note({ at_s: 1.02, position: 520, pace: 0 });
  expect(clock.at(1.01, null, 99_999)).toBeCloseTo(510, 6);
  expect(clock.at(5, null, 99_999)).toBe(520);
});

test("a jump shows at once and never shows what lies before it", () => {
  const clock = new PositionClock(RATE_HZ, 0);
  clock.note({ at_s: 1, position: 500, pace: 1 });
  clock.jump(8000);
  expect(clock.at(1.5, null, 99_999)).toBe(8000);
  clock.note({ at_s: 2, position: 8020, pace: 1 });
  expect(clock.at(1.9, null, 99_999)).toBe(8000);
  expect(clock.at(1.99, null, 99_999)).toBeCloseTo(8010, 6);
});

test("between two reports the position goes round a loop as the song does", () => {
  const clock = new PositionClock(RATE_HZ, 0);
  clock.note({ at_s: 1, position: 990, pace: 1 });
  const loop = { from_sample: 400, to_sample: 1000 };
  expect(clock.at(1.005, loop, 99_999)).toBeCloseTo(995, 6);
  expect(clock.at(1.015, loop, 99_999)).toBeCloseTo(405, 6);
});

test("the position never passes what can be played", () => {
  const clock = new PositionClock(RATE_HZ, 0);
  clock.note({ at_s: 1, position: 990, pace: 1 });
  expect(clock.at(2, null, 1000)).toBe(1000);
});
