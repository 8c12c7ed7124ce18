import { expect, test } from "vitest";
import { Ramp } from "./ramp";

test("a ramp arrives exactly where it was sent, in as many samples as it was given", () => {
  const ramp = new Ramp(0.1, 7);
  ramp.aim(1);
  const values = Array.from({ length: 7 }, () => ramp.next());
  expect(values.at(-1)).toBe(1);
  expect(values.slice(0, -1).every((value, at) => value < values[at + 1]!)).toBe(true);
  expect(ramp.isSettled).toBe(true);
});

test("a ramp sent elsewhere on its way turns without a jump", () => {
  const ramp = new Ramp(0, 10);
  ramp.aim(1);
  for (let sample = 0; sample < 5; sample += 1) {
    ramp.next();
  }
  const before = ramp.value;
  ramp.aim(0);
  expect(Math.abs(ramp.next() - before)).toBeLessThanOrEqual(0.1);
});
