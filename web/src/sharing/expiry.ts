/** When a link ends, in words. */

import { i18n } from "$/i18n/i18n.svelte";

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** "Ends in 6 days": never longer than it is. */
export function expiryText(expires_at: string, now_ms: number): string {
  const { ends, ended } = i18n.m.sharing;
  const when = untilText(expires_at, now_ms);
  return when ? ends(when) : ended;
}

/** "in 6 days"; empty where the moment is past. */
export function untilText(expires_at: string, now_ms: number): string {
  const left_ms = Date.parse(expires_at) - now_ms;
  if (!(left_ms > 0)) {
    return "";
  }
  const format = new Intl.RelativeTimeFormat(i18n.locale);
  for (const [unit, length_ms] of UNITS) {
    if (left_ms >= length_ms) {
      return format.format(Math.floor(left_ms / length_ms), unit);
    }
  }
  return format.format(Math.ceil(left_ms / 1000), "second");
}
