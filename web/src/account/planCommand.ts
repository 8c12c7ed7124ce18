/** The command that puts an account on another plan, for whoever runs the server on a machine of their own. */

import type { Schemas } from "$/api/client";

type Sized = Pick<Schemas["Plan"], "name" | "seconds_a_month">;

/**
 * One for a shell, to the next larger plan; where none is larger, the person puts in a name themselves. Empty where there is no
 * other plan.
 */
export function planCommand(plans: readonly Sized[], now: string | undefined, email: string): string {
  if (!plans.some(({ name }) => name !== now)) {
    return "";
  }
  const least_s = plans.find(({ name }) => name === now)?.seconds_a_month ?? Infinity;
  const larger = plans.filter((plan) => plan.seconds_a_month > least_s);
  const [next] = larger.sort((one, other) => one.seconds_a_month - other.seconds_a_month);
  return `stripsession plan ${next?.name ?? "NAME"} --email ${quoted(email)}`;
}

/** An address may hold signs that mean something to a shell. */
function quoted(email: string): string {
  return /^[\w@.+-]+$/.test(email) ? email : `'${email.replaceAll("'", "'\\''")}'`;
}
