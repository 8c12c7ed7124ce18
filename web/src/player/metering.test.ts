import { describe, expect, test } from "vitest";
import { MeterFall, partOfScale } from "$/player/metering";

describe("a meter", () => {
  test("shows decibels: full scale on top, silence and what is below -48 dB at the bottom", () => {
    expect([1, 0.5, 0.001, 0].map((level) => Number(partOfScale(level).toFixed(2)))).toEqual([1, 0.87, 0, 0]);
  });

  test("rises at once and falls by 30 dB a second", () => {
    const meter = new MeterFall();
    expect(meter.next(1, 0, false)).toBe(1);
    expect(meter.next(0, 800, false)).toBeCloseTo(0.5);
    expect(meter.next(1, 810, false)).toBe(1);
  });

  test("says nothing new while nothing changes", () => {
    const meter = new MeterFall();
    expect(meter.next(0, 0, false)).toBeNull();
  });

  test("moves seldom where motion is to be little, and shows the loudest of what came between", () => {
    const meter = new MeterFall();
    expect(meter.next(0.001, 0, true)).toBeNull();
    expect(meter.next(1, 100, true)).toBeNull();
    expect(meter.next(0.01, 200, true)).toBeNull();
    expect(meter.next(0.01, 310, true)).toBe(1);
  });
});
