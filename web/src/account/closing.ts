/** Words and checks of closing an account. */

import type { Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;

/** How long it can be taken back, as it is said: in whole days, else hours, else minutes, and never longer than that is. */
export function windowText(window_s: number): string {
  const words = i18n.m.closing;
  if (window_s >= DAY_S) {
    return words.days(Math.floor(window_s / DAY_S));
  }
  return window_s >= HOUR_S
    ? words.hours(Math.floor(window_s / HOUR_S))
    : words.minutes(Math.max(1, Math.floor(window_s / MINUTE_S)));
}

/** Whether what was typed is the word that was asked for, however it was written. */
export function isTyped(typed: string, word: string): boolean {
  return typed.trim().toLocaleLowerCase() === word.toLocaleLowerCase();
}

/** The name of a part or a kind in the page's language; of one that it does not know, the server's own. */
export function namedIn(known: Readonly<Record<string, string>>, name: string): string {
  return Object.hasOwn(known, name) ? (known[name] ?? name) : name.replaceAll("_", " ");
}

type Followed = Schemas["FollowedClosing"];

/**
 * When the server answered, by its own clock: a device's may be days off. It tells whole seconds, and this is the end of
 * that one: what is due at once is due. The device's where a server tells none.
 */
export function answeredAt_ms({ headers }: Response): number {
  const told_ms = Date.parse(headers.get("Date") ?? "");
  return Number.isNaN(told_ms) ? Date.now() : told_ms + 999;
}

/** How far one is that is followed: once it is due it is under way, though the server may say so a moment later. */
export function stateAt({ state, due_at }: Pick<Followed, "state" | "due_at">, now_ms: number): Followed["state"] {
  return state === "waiting" && Date.parse(due_at) <= now_ms ? "erasing" : state;
}
