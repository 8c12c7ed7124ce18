import { beforeEach, describe, expect, it } from "vitest";
import { Pace } from "$/state/pace";

let pace: Pace;
let at_ms: number;
let bytes: number;

/** So many seconds at a rate, told four times a second. */
function go(time_s: number, bytes_per_s: number): void {
  for (let step = 0; step < 4 * time_s; step += 1) {
    at_ms += 250;
    bytes += bytes_per_s / 4;
    pace.note(bytes, at_ms);
  }
}

beforeEach(() => {
  pace = new Pace();
  at_ms = bytes = 0;
  pace.note(0, 0);
});

describe("the time that the rest takes", () => {
  it("is not said before three seconds are seen", () => {
    go(2, 1000);
    expect(pace.left_s(1000)).toBeNull();
    go(1, 1000);
    expect(pace.left_s(10_000)).toBeCloseTo(10);
  });

  it("follows a network that changes, and does not jump with it", () => {
    go(30, 1000);
    go(1, 100);
    expect(pace.left_s(10_000)).toBeLessThan(13);
    go(30, 100);
    expect(pace.left_s(10_000)).toBeGreaterThan(80);
  });

  it("is not told by an upload that went on from before, nor by one that had to repeat something", () => {
    pace.turn();
    bytes = 500_000;
    pace.note(bytes, at_ms);
    go(3, 1000);
    expect(pace.left_s(10_000)).toBeCloseTo(10);
    bytes = 100;
    go(3, 1000);
    expect(pace.left_s(10_000)).toBeCloseTo(10);
  });

  it("is unknown where nothing moves, and after a pause", () => {
    go(10, 0);
    expect(pace.left_s(1000)).toBeNull();
    go(10, 1000);
    expect(pace.left_s(1000)).not.toBeNull();
    pace.forget();
    expect(pace.left_s(1000)).toBeNull();
  });
});
