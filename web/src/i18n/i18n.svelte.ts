/** The language of the page: which one, its messages, and how it writes numbers and times. */

import { LOCAL } from "$/browser/names";
import { en } from "$/i18n/en/index";
import type { Refusal } from "$/i18n/refusing";
import type { Remark } from "$/i18n/remarking";
import { shelf } from "$/state/shelf";

/** Each language has the words of the English one; how it puts a refusal or a remark is its own. */
export type Messages = Omit<typeof en, "refusals" | "remarks"> & {
  refusals: Record<keyof typeof en.refusals, Refusal>;
  remarks: Record<keyof typeof en.remarks, Remark>;
};
export type Locale = "en" | "de";

const CHOSEN = LOCAL.language;
const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);

/** Each but English is loaded when it is wanted. */
const loaders: Record<Locale, () => Promise<Messages>> = {
  en: async () => en,
  de: async () => (await import("$/i18n/de/index")).de,
};

export const locales: Record<Locale, string> = { en: "English", de: "Deutsch" };

export const i18n = $state<{ locale: Locale; m: Messages }>({ locale: "en", m: en });

let asked = 0;

/**
 * The language that was chosen, else the first of the browser's that the page speaks; English where its words do not
 * come, for a page in another language is better than none.
 */
export async function beginLanguage(): Promise<void> {
  const wanted = [shelf.read(CHOSEN), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  const locale = (wanted.find((tag) => tag && Object.hasOwn(loaders, tag)) ?? "en") as Locale;
  await speak(locale).catch(() => speak("en"));
}

/** Speak it now and at the next visits. Throws what loading its words threw; the page goes on in its language then. */
export async function chooseLanguage(locale: Locale): Promise<void> {
  if (await speak(locale)) {
    shelf.write(CHOSEN, locale);
  }
}

/** False where another one was asked for meanwhile. */
async function speak(locale: Locale): Promise<boolean> {
  const turn = ++asked;
  const m = await loaders[locale]();
  if (turn !== asked) {
    return false;
  }
  i18n.locale = locale;
  i18n.m = m;
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.has(locale) ? "rtl" : "ltr";
  return true;
}
