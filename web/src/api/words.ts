/** What to say of something that went wrong, in the page's language. */

import { Problem } from "$/api/problem";
import { i18n } from "$/i18n/i18n.svelte";
import type { Refusal, Told } from "$/i18n/refusing";
import { minutesHad, minutesTaken } from "$/state/minutes";
import { day, size } from "$/state/text";

type Facts = Readonly<Record<string, string>>;

export function textOf(error: unknown): string {
  if (!(error instanceof Problem)) {
    return i18n.m.page.broken;
  }
  // The gateway has the same word for a part of it that is away.
  return error.status === 0 ? i18n.m.page.unreachable : refusalText(error.reason, error.text, error.facts);
}

/** The page's words for a refusal or a failure; the server's own where the page has none. */
export function refusalText(reason: string, text: string, facts: Facts = {}): string {
  const refusals: Readonly<Record<string, Refusal>> = i18n.m.refusals;
  const words = Object.hasOwn(refusals, reason) ? refusals[reason] : undefined;
  return typeof words === "function" ? words({ text, ...addressIn(text), ...figuresOf(facts) }) : (words ?? text);
}

/** Without the full stop of its sentence. */
function addressIn(text: string): Pick<Told, "address"> {
  const address = /https?:\/\/\S*[^\s.,;]/.exec(text)?.[0];
  return address === undefined ? {} : { address };
}

function figuresOf({ bytes_max, seconds, left_s, renews_at }: Facts): Omit<Told, "text" | "address"> {
  return {
    ...(bytes_max && { most: size(Number(bytes_max)) }),
    ...(seconds && { needed: minutes(minutesTaken(Number(seconds))) }),
    ...(left_s && { left: minutes(minutesHad(Number(left_s))) }),
    ...(renews_at && { renewed: day(renews_at) }),
  };
}

function minutes(count: number): string {
  return new Intl.NumberFormat(i18n.locale, { style: "unit", unit: "minute", unitDisplay: "long" }).format(count);
}
