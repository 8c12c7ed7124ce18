/** What is said of each export, and how long one can be downloaded. */

import type { Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";
import { shortMoment, size } from "$/state/text";

type Export = Schemas["Export"];

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

export interface ExportRow {
  key: string;
  name: string;
  mark: string;
  text: string;
  isPreparing: boolean;
  /** Where its archive is, of one that can be downloaded now. */
  path: string | null;
}

export function exportRows(exports: readonly Export[]): ExportRow[] {
  const words = i18n.m.exporting;
  return exports.map((each) => ({
    key: each.export_id,
    name: words.asked(shortMoment(each.asked_at)),
    mark: words.states[each.state],
    text: textOf(each),
    isPreparing: each.state === "preparing",
    path: each.state === "ready" ? each.path : null,
  }));
}

/** How long one can be downloaded: in whole days, else in hours, and never longer than that is. */
export function lifeText(life_s: number): string {
  const words = i18n.m.exporting;
  return life_s >= DAY_S
    ? words.days(Math.floor(life_s / DAY_S))
    : words.hours(Math.max(1, Math.floor(life_s / HOUR_S)));
}

function textOf({ state, files, size_bytes, expires_at, ending }: Export): string {
  const words = i18n.m.exporting;
  switch (state) {
    case "preparing":
      return `${words.soFar(files, size(size_bytes))}. ${words.preparing}`;
    case "ready":
      return words.ready(size(size_bytes), expires_at ? shortMoment(expires_at) : "");
    case "expired":
      return words.expired;
    case "ended":
      return words.ended[ending ?? "unknown"];
    default:
      // A newer server's.
      return words.unclear;
  }
}
