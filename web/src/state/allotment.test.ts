import { describe, expect, it } from "vitest";
import { allotmentOf } from "$/state/allotment";

const NOW_MS = Date.parse("2030-11-30T12:00:00Z");
const MONTH = "2030-12-01T00:00:00Z";
const PERIOD = "2030-12-30T00:00:00Z";
const grant = (
  source: "plan_month" | "plan_period" | "trial" | "top_up" | "courtesy",
  left_s: number,
  expires_at: string,
) => ({ source, left_s, expires_at, starts_at: "2030-11-01T00:00:00Z" });
const allotment = (seconds_a_month: number, left_s: number, grants: ReturnType<typeof grant>[]) =>
  allotmentOf({ plan: { seconds_a_month }, left_s, grants }, NOW_MS);

describe("the minutes that can be used", () => {
  it("are the month's, where nothing else was given, also before anything is written down", () => {
    const month = { left_s: 3000, all_s: 3600, extras: [], extra_s: 0 };
    expect(allotment(3600, 3000, [grant("plan_month", 3000, MONTH)])).toEqual(month);
    expect(allotment(3600, 3000, [])).toEqual(month);
  });

  it("of a plan that is paid for are its period's, and what the month before it left lies beside", () => {
    const grants = [grant("plan_month", 6_000_000, MONTH), grant("plan_period", 59_640, PERIOD)];
    expect(allotment(60_000, 6_059_640, grants)).toEqual({
      left_s: 59_640,
      all_s: 60_000,
      extras: [{ left_s: 6_000_000, until: MONTH }],
      extra_s: 6_000_000,
    });
  });

  it("of packs lie beside the plan's, by the day on which they end, and none where nothing is left", () => {
    const late = "2031-11-30T00:00:00Z";
    const grants = [
      grant("top_up", 3600, late),
      grant("courtesy", 60, MONTH),
      grant("plan_month", 100, MONTH),
      grant("top_up", 0, PERIOD),
      grant("top_up", 600, late),
    ];
    const { extras, left_s } = allotment(3600, 4360, grants);
    expect(left_s).toBe(100);
    expect(extras).toEqual([
      { left_s: 60, until: MONTH },
      { left_s: 4200, until: late },
    ]);
  });

  it("are none of what begins later, and never more than their whole", () => {
    const later = { ...grant("plan_period", 60_000, PERIOD), starts_at: PERIOD };
    expect(allotment(3600, 3600, [grant("plan_month", 3600, MONTH), later]).extra_s).toBe(0);
    const { left_s, all_s } = allotment(60_000, 70_000, [grant("plan_period", 70_000, PERIOD)]);
    expect(left_s).toBeLessThanOrEqual(all_s);
  });
});
