/** The command that puts an account on another plan, for whoever runs the server on a machine of their own. */

import type { Schemas } from "$/api/client";

type Named = Pick<Schemas["Plan"], "name">;

/** One that pasted into a shell in StripSession's folder does it; empty where there is no other plan. */
export function planCommand(plans: readonly Named[], now: string | undefined, email: string): string {
  const other = plans[(plans.findIndex(({ name }) => name === now) + 1) % plans.length]?.name;
  return other === undefined || other === now ? "" : `.venv/bin/stripsession plan ${other} --email ${quoted(email)}`;
}

/** An address may hold signs that mean something to a shell. */
function quoted(email: string): string {
  return /^[\w@.+-]+$/.test(email) ? email : `'${email.replaceAll("'", "'\\''")}'`;
}
