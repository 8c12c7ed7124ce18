import { describe, expect, it } from "vitest";
import { partsOf } from "$/account/usageParts";

const minutes = (used: Parameters<typeof partsOf>[0]): number[] => partsOf(used).map((part) => part.minutes);

describe("minutes of a plan", () => {
  it("are rounded against the listener's hopes: up where used, down where left", () => {
    expect(minutes({ settled_s: 61, reserved_s: 1, left_s: 3538, extra_s: 119 })).toEqual([2, 1, 58, 1]);
  });

  it("fill the bar between them", () => {
    const parts = partsOf({ settled_s: 900, reserved_s: 900, left_s: 900, extra_s: 900 });
    expect(parts.map((part) => part.percent)).toEqual([25, 25, 25, 25]);
  });

  it("fill nothing where a plan has none", () => {
    expect(minutes({ settled_s: 0, reserved_s: 0, left_s: 0, extra_s: 0 })).toEqual([0, 0, 0, 0]);
    expect(partsOf({ settled_s: 0, reserved_s: 0, left_s: 0, extra_s: 0 }).every(({ percent }) => percent === 0)).toBe(
      true,
    );
  });
});
