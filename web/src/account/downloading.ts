/**
 * The session while a browser downloads by itself what only its person may have: it asks for what broke off with the
 * cookies of that moment, which nothing renews but what the page asks meanwhile.
 */

import { refreshSession, sessionEvents } from "$/api/refresh";
import { timer } from "$/state/timer";

/** Half of how long a session's cookie opens something: `access_token_s` of auth. */
const RENEW_MS = 5 * 60_000;
/** No page is told when a download ends. */
const LASTING_MS = 24 * 3600_000;

/** Counts what it was kept for: the last alone is kept on for, and none once the session is over. */
let keepings = 0;
/** Counts sessions that ended. */
let ended = 0;

/** From before a download begins for as long as it may take, while this page is open. Throws Problem. */
export async function keepSession(): Promise<void> {
  const endedBefore = ended;
  // One that cannot be renewed just now is kept on for whatever downloads already.
  await renew();
  if (ended === endedBefore) {
    keepings += 1;
    renewLater(keepings, timer.now_ms() + LASTING_MS);
  }
}

function renewLater(keeping: number, until_ms: number): void {
  timer.after(RENEW_MS, () => void renewOn(keeping, until_ms));
}

async function renewOn(keeping: number, until_ms: number): Promise<void> {
  if (keeping === keepings && timer.now_ms() < until_ms) {
    // What could not be reached is asked again the next time, which is early enough.
    await renew().catch(() => undefined);
    renewLater(keeping, until_ms);
  }
}

/** Unless another tab, or another request of this one, has just done so. */
async function renew(): Promise<void> {
  await refreshSession(Date.now() - RENEW_MS / 2);
}

sessionEvents.addEventListener("closed", () => {
  ended += 1;
  keepings += 1;
});
