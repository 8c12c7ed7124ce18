import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MadeStorage } from "$/state/storage.fixture";

let language: typeof import("$/i18n/i18n.svelte");

async function visit(languages: readonly string[]): Promise<void> {
  vi.stubGlobal("navigator", { languages });
  vi.resetModules();
  language = await import("$/i18n/i18n.svelte");
}

afterEach(() => vi.unstubAllEnvs());

beforeEach(() => {
  vi.doUnmock("$/i18n/de/index");
  vi.stubGlobal("localStorage", new MadeStorage());
  vi.stubGlobal("document", { documentElement: { lang: "", dir: "" } });
});

it("speaks English where the words of the browser's language do not come", async () => {
  vi.doMock("$/i18n/de/index", () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  await visit(["de-AT"]);
  await language.beginLanguage();
  expect(language.i18n.locale).toBe("en");
});

it("keeps to the language that was asked for last, whichever comes first", async () => {
  await visit(["en"]);
  const german = language.chooseLanguage("de");
  await language.chooseLanguage("en");
  await german;
  expect([language.i18n.locale, document.documentElement.lang]).toEqual(["en", "en"]);
  await visit(["de"]);
  await language.beginLanguage();
  expect(language.i18n.locale).toBe("en");
});

it("does not remember a language whose words did not come", async () => {
  vi.doMock("$/i18n/de/index", () => {
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  await visit(["en"]);
  await expect(language.chooseLanguage("de")).rejects.toThrow();
  expect(localStorage.length).toBe(0);
});

it("takes no name of an object's own for a language", async () => {
  await visit(["constructor"]);
  await language.beginLanguage();
  expect(language.i18n.locale).toBe("en");
});

it("writes the day of a year as the browser itself does where it is, in each language", async () => {
  // Where the day is another than the one of the clock that all the world has.
  vi.stubEnv("TZ", "Pacific/Kiritimati");
  expect(new Date(2024, 0, 1).getUTCDate()).toBe(31);
  await visit(["en"]);
  for (const locale of Object.keys(language.locales) as (keyof typeof language.locales)[]) {
    await language.chooseLanguage(locale);
    for (let month = 0; month < 12; month += 1) {
      const day = new Date(2024, month, month + 1);
      const written = day.toLocaleDateString(locale, { day: "numeric", month: "long" });
      expect(language.i18n.m.times.dayAndMonth(day)).toBe(written);
    }
  }
});
