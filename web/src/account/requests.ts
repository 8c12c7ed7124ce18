/** What somebody may ask about privacy, what of it they can do themselves, and what is said of each request. */

import { addressOf } from "$/account/sections";
import type { Schemas } from "$/api/client";
import { requests as german } from "$/i18n/de/requests";
import { requests as english } from "$/i18n/en/requests";
import { i18n, type Locale } from "$/i18n/i18n.svelte";
import { day } from "$/state/text";

export type PrivacyRequest = Schemas["PrivacyRequest"];
export type RequestKind = Schemas["NewPrivacyRequestKind"];

/** Both languages: they come with the views that are about requests, which few open. */
export const REQUEST_WORDS: Record<Locale, typeof english> = { en: english, de: german };

export const KINDS: readonly RequestKind[] = ["access", "correct", "delete", "export", "object", "child", "question"];
export const TEXT_CHARACTERS_MAX = 4000;

/** Where whoever is signed in can do it at once; nobody has to wait for an answer to that. */
const BY_ONESELF: Partial<Record<RequestKind, string>> = {
  access: addressOf("privacy"),
  correct: addressOf("profile"),
  delete: addressOf("closing"),
  export: addressOf("export"),
  question: "#/privacy",
};

export const placeOf = (kind: RequestKind): string | null => BY_ONESELF[kind] ?? null;

/** Characters as the server counts them: a letter outside the first plane is one. */
export function isText(text: string): boolean {
  const length = [...text.trim()].length;
  return length > 0 && length <= TEXT_CHARACTERS_MAX;
}

/** A day of the law is of UTC, wherever it is read. */
export function legalDay(due_on: string): string {
  const date = new Date(`${due_on}T00:00:00Z`);
  return date.toLocaleDateString(i18n.locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

export function standing(request: PrivacyRequest): string {
  const words = REQUEST_WORDS[i18n.locale];
  switch (request.state) {
    case "answered":
      return words.answered(day(request.ended_at ?? request.received_at));
    case "closed":
      return words.endings[request.ending ?? "unspecified"];
    default:
      return words.dueBy(legalDay(request.due_on));
  }
}
