import { describe, expect, it } from "vitest";
import { allotmentOf } from "$/state/allotment";
import cases from "$/state/minutes.cases.json";

type Used = Parameters<typeof allotmentOf>[0];

const NOW_MS = Date.parse(cases.now);
const MONTH = "2030-12-01T00:00:00Z";
const PERIOD = "2030-12-30T00:00:00Z";
const grant = (
  source: "plan_month" | "plan_period" | "trial" | "top_up" | "courtesy",
  left_s: number,
  expires_at: string,
) => ({ source, left_s, expires_at, starts_at: "2030-11-01T00:00:00Z" });
const allotment = (seconds_a_month: number, left_s: number, grants: ReturnType<typeof grant>[]) =>
  allotmentOf({ plan: { seconds_a_month }, left_s, grants }, NOW_MS);

// The command line is held to the same table (tests/unit/cli/test_minutes.py).
describe("the minutes of the plan", () => {
  it.each(cases.of_plan)("are $they_are", ({ seconds_a_month, left_s, grants, plan_left_s, plan_all_s }) => {
    const used = { plan: { seconds_a_month }, left_s, grants } as Used;
    expect(allotmentOf(used, NOW_MS)).toMatchObject({ left_s: plan_left_s, all_s: plan_all_s });
  });
});

describe("the minutes that lie beside the plan's", () => {
  it("are none where nothing else was given", () => {
    expect(allotment(3600, 3000, [grant("plan_month", 3000, MONTH)])).toMatchObject({ extras: [], extra_s: 0 });
  });

  it("are what the month before it left, where a period is paid for", () => {
    const grants = [grant("plan_month", 6_000_000, MONTH), grant("plan_period", 59_640, PERIOD)];
    const extras = [{ left_s: 6_000_000, until: MONTH }];
    expect(allotment(60_000, 6_059_640, grants)).toMatchObject({ extras, extra_s: 6_000_000 });
  });

  it("are those of packs, by the day on which they end, and none where nothing is left", () => {
    const late = "2031-11-30T00:00:00Z";
    const grants = [
      grant("top_up", 3600, late),
      grant("courtesy", 60, MONTH),
      grant("plan_month", 100, MONTH),
      grant("top_up", 0, PERIOD),
      grant("top_up", 600, late),
    ];
    expect(allotment(3600, 4360, grants).extras).toEqual([
      { left_s: 60, until: MONTH },
      { left_s: 4200, until: late },
    ]);
  });

  it("are none of what begins later", () => {
    const later = { ...grant("plan_period", 60_000, PERIOD), starts_at: PERIOD };
    expect(allotment(3600, 3600, [grant("plan_month", 3600, MONTH), later]).extra_s).toBe(0);
  });
});
