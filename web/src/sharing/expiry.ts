/** When a link ends, in words. */

import { i18n } from "$/i18n/i18n.svelte";
import { untilText } from "$/state/until";

/** "Ends in 6 days": the life that was chosen is the one that is told right after. */
export function expiryText(expires_at: string, now_ms: number): string {
  const { ends, ended } = i18n.m.sharing;
  const when = untilText(expires_at, now_ms);
  return when ? ends(when) : ended;
}
