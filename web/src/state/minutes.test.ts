import { expect, it } from "vitest";
import { minutesHad, minutesTaken } from "$/state/minutes";

it("what is left is never overstated, and never less than nothing", () => {
  expect([3600, 3599, 59, 0, -61].map(minutesHad)).toEqual([60, 59, 0, 0, 0]);
});

it("what is used is never understated", () => {
  expect([3600, 3541, 1, 0].map(minutesTaken)).toEqual([60, 60, 1, 0]);
});
