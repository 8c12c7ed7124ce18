/** How long until a moment, in words. */

import { i18n } from "$/i18n/i18n.svelte";

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;
const DAY_HOURS = 24;

/** "in 6 days", to the nearest; empty where the moment is past. */
export function untilText(expires_at: string, now_ms: number): string {
  const left_ms = Date.parse(expires_at) - now_ms;
  if (!(left_ms > 0)) {
    return "";
  }
  const minutes = Math.max(1, Math.round(left_ms / MINUTE_MS));
  const hours = Math.round(minutes / HOUR_MINUTES);
  const format = new Intl.RelativeTimeFormat(i18n.locale);
  // Of fewer than two, half of one would be too much to be rounded away.
  if (isTold(hours, DAY_HOURS)) {
    return format.format(Math.round(hours / DAY_HOURS), "day");
  }
  return isTold(minutes, HOUR_MINUTES) ? format.format(hours, "hour") : format.format(minutes, "minute");
}

function isTold(count: number, whole: number): boolean {
  return count === whole || count >= 2 * whole;
}
