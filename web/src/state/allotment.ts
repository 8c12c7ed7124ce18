/** Minutes that can be used now: those of the plan's period, and those that lie beside them. */

import type { Schemas } from "$/api/client";

type Grant = Pick<Schemas["Grant"], "source" | "starts_at" | "expires_at" | "left_s">;
type Used = { plan: Pick<Schemas["Plan"], "seconds_a_month">; left_s: number; grants: readonly Grant[] };

/** Beside the plan's: from a pack, from a plan before, or given; `until` is when they end. */
export interface Extra {
  left_s: number;
  until: string;
}

export interface Allotment {
  /** Never more than `all_s`. */
  left_s: number;
  all_s: number;
  /** What ends first comes first. */
  extras: Extra[];
  extra_s: number;
}

const PAID: readonly Grant["source"][] = ["plan_period", "trial"];

/** `now_ms` is since the epoch. */
export function allotmentOf({ plan, left_s, grants }: Used, now_ms: number): Allotment {
  const begun = grants.filter(({ starts_at }) => Date.parse(starts_at) <= now_ms);
  // Who pays for a period may still have the month of the plan before: that is beside it.
  const isPaid = begun.some(({ source }) => PAID.includes(source));
  const isOfPlan = ({ source }: Grant): boolean => (isPaid ? PAID.includes(source) : source === "plan_month");
  const byEnd = new Map<string, number>();
  for (const grant of begun.filter((one) => !isOfPlan(one) && one.left_s > 0)) {
    byEnd.set(grant.expires_at, (byEnd.get(grant.expires_at) ?? 0) + grant.left_s);
  }
  const extras = [...byEnd].map(([until, seconds]) => ({ until, left_s: seconds }));
  const extra_s = extras.reduce((sum, extra) => sum + extra.left_s, 0);
  const own_s = Math.max(0, left_s - extra_s);
  return {
    left_s: own_s,
    // A change of plans within a period carries over what was paid for.
    all_s: Math.max(plan.seconds_a_month, own_s),
    extras: extras.sort((one, other) => Date.parse(one.until) - Date.parse(other.until)),
    extra_s,
  };
}
