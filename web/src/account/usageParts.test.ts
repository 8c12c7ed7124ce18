import { describe, expect, it } from "vitest";
import { partsOf } from "$/account/usageParts";

const minutes = (used: Parameters<typeof partsOf>[0]): number[] => partsOf(used).map((part) => part.minutes);

describe("minutes of a plan", () => {
  it("are rounded against the listener's hopes: up where used, down where left", () => {
    expect(minutes({ settled_s: 61, reserved_s: 1, left_s: 3538 })).toEqual([2, 1, 58]);
  });

  it("fill the bar between them", () => {
    const parts = partsOf({ settled_s: 900, reserved_s: 900, left_s: 1800 });
    expect(parts.map((part) => part.percent)).toEqual([25, 25, 50]);
  });

  it("fill nothing where a plan has none", () => {
    expect(partsOf({ settled_s: 0, reserved_s: 0, left_s: 0 }).every((part) => part.percent === 0)).toBe(true);
  });
});
