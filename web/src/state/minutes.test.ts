import { expect, it } from "vitest";
import { minutesHad, minutesTaken } from "$/state/minutes";
import cases from "$/state/minutes.cases.json";

it("what is left is never overstated, and never less than nothing", () => {
  expect(cases.had.map(({ seconds }) => minutesHad(seconds))).toEqual(cases.had.map(({ minutes }) => minutes));
});

it("what is used is never understated", () => {
  expect(cases.taken.map(({ seconds }) => minutesTaken(seconds))).toEqual(cases.taken.map(({ minutes }) => minutes));
});
