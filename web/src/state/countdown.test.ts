import { beforeEach, describe, expect, it } from "vitest";
import { Countdown } from "$/state/countdown";
import { HandTimer } from "$/state/timer.fixture";

let timer: HandTimer;
let ends: number;
let countdown: Countdown;

beforeEach(() => {
  timer = new HandTimer();
  ends = 0;
  countdown = new Countdown(timer, 8000, () => (ends += 1));
});

describe("a time that runs out", () => {
  it("stands still while it is held, however often it is said, and goes on from there", () => {
    timer.pass(2000);
    countdown.hold(true);
    countdown.hold(true);
    timer.pass(3_600_000);
    expect(ends).toBe(0);
    countdown.hold(false);
    countdown.hold(false);
    timer.pass(5999);
    expect(ends).toBe(0);
    timer.pass(1);
    expect(ends).toBe(1);
  });

  it("leaves whoever held it at its very end some seconds", () => {
    timer.pass(7999);
    countdown.hold(true);
    countdown.hold(false);
    timer.pass(2999);
    expect(ends).toBe(0);
    timer.pass(1);
    expect(ends).toBe(1);
  });

  it("runs out once, and never after it was stopped", () => {
    timer.pass(8000);
    countdown.hold(true);
    countdown.hold(false);
    timer.pass(60_000);
    expect(ends).toBe(1);
    const other = new Countdown(timer, 10, () => (ends += 1));
    other.stop();
    timer.pass(60_000);
    expect(ends).toBe(1);
  });
});
