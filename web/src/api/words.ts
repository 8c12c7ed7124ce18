/** What to say of something that went wrong, in the page's language. */

import type { Track } from "$/api/client";
import { Problem } from "$/api/problem";
import { i18n } from "$/i18n/i18n.svelte";
import type { Refusal, Told } from "$/i18n/refusing";
import type { Remark, Remarked } from "$/i18n/remarking";
import { minutesHad, minutesTaken } from "$/state/minutes";
import { day, size } from "$/state/text";

type Facts = Readonly<Record<string, string>>;

export function textOf(error: unknown): string {
  if (!(error instanceof Problem)) {
    return i18n.m.page.broken;
  }
  if (error.status === 0) {
    // The gateway has the same word for a part of it that is away.
    return i18n.m.page.unreachable;
  }
  if (!error.isExplained) {
    return error.status >= 500 ? i18n.m.page.away : i18n.m.page.refused(error.status);
  }
  return refusalText(error.reason, error.text, error.facts);
}

/** The page's words for a refusal or a failure; the server's own where the page has none. */
export function refusalText(reason: string, text: string, facts: Facts = {}): string {
  const refusals: Readonly<Record<string, Refusal>> = i18n.m.refusals;
  const words = Object.hasOwn(refusals, reason) ? refusals[reason] : undefined;
  return typeof words === "function" ? words({ text, ...addressIn(text), ...figuresOf(facts) }) : (words ?? text);
}

/** What was remarked on while a track was separated, in the page's words; the server's own where the page has none. */
export function remarksOn(track: Track): string[] {
  const words: Readonly<Record<string, Remark>> = i18n.m.remarks;
  // An answer that was kept on this device may be of before there were remarks.
  const remarks: Track["remarks"] | undefined = track.remarks;
  const put = track.warnings.map((text) => {
    const remark = remarks?.find((one) => one.text === text);
    const own = remark && Object.hasOwn(words, remark.code) ? words[remark.code] : undefined;
    return typeof own === "function" ? own(remarked(remark?.facts ?? {})) : (own ?? text);
  });
  return [...new Set(put)];
}

function remarked({ count, missing_s, length_s }: Facts): Remarked {
  const written = (figure: string | undefined): string => Number(figure).toLocaleString(i18n.locale);
  return {
    count: Number(count),
    counted: written(count),
    missing: `${written(missing_s)} s`,
    length: `${written(length_s)} s`,
  };
}

/** Without the full stop of its sentence. */
function addressIn(text: string): Pick<Told, "address"> {
  const address = /https?:\/\/\S*[^\s.,;]/.exec(text)?.[0];
  return address === undefined ? {} : { address };
}

function figuresOf({ bytes_max, seconds, left_s, renews_at, fault }: Facts): Omit<Told, "text" | "address"> {
  return {
    ...(bytes_max && { most: size(Number(bytes_max)) }),
    ...(seconds && { needed: minutes(minutesTaken(Number(seconds))) }),
    ...(left_s && { left: minutes(minutesHad(Number(left_s))) }),
    ...(renews_at && { renewed: day(renews_at) }),
    ...(fault && { fault }),
  };
}

function minutes(count: number): string {
  return new Intl.NumberFormat(i18n.locale, { style: "unit", unit: "minute", unitDisplay: "long" }).format(count);
}
