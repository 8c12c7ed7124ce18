import { afterEach, expect, test } from "vitest";
import { i18n } from "$/i18n/i18n.svelte";
import { shortMoment } from "$/state/text";

const locale = i18n.locale;
afterEach(() => {
  i18n.locale = locale;
});

test("a time of day is not broken before its half of the day", () => {
  i18n.locale = "en";
  expect(shortMoment("2024-01-01T15:30:00")).toMatch(/3:30\u00a0PM$/u);
});
