/** One renewal of the session at a time, over all tabs: a refresh token works once, and using it twice ends the session. */

import { Problem } from "$/api/problem";
import { LOCAL, LOCKS } from "$/browser/names";
import { locked } from "$/state/locks";
import { shelf } from "$/state/shelf";

const REFRESHED_AT = LOCAL.refreshedAt;
const LOCK = LOCKS.refresh;

/** "ended" is told when the session cannot be renewed; "closed" when whoever was signed in is so no more, for whatever reason. */
export const sessionEvents = new EventTarget();

let refreshing: Promise<void> | null = null;

/** Renew the session, unless that has been done `since`. Throws Problem. */
export function refreshSession(since = Date.now()): Promise<void> {
  refreshing ??= locked(LOCK, {}, () => refreshUnlessDone(since)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

/** At sign-out: when a session was renewed says nothing of the next one. */
export function forgetRefresh(): void {
  shelf.remove(REFRESHED_AT);
}

export function sayEnded(): void {
  sessionEvents.dispatchEvent(new Event("ended"));
}

async function refreshUnlessDone(since: number): Promise<void> {
  if (Number(shelf.read(REFRESHED_AT)) > since) {
    return;
  }
  let response: Response;
  try {
    const body = { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" };
    response = await fetch("/v1/auth/refresh", body);
  } catch {
    throw Problem.unreachable();
  }
  if (response.ok) {
    shelf.write(REFRESHED_AT, String(Date.now()));
    return;
  }
  const problem = await Problem.of(response);
  if (!problem.isTransient) {
    sayEnded();
  }
  throw problem;
}
