import { afterEach, expect, test } from "vitest";
import { i18n } from "$/i18n/i18n.svelte";
import { percent, shortMoment, size } from "$/state/text";

const locale = i18n.locale;
afterEach(() => {
  i18n.locale = locale;
});

test("a time of day is not broken before its half of the day", () => {
  i18n.locale = "en";
  expect(shortMoment("2024-01-01T15:30:00")).toMatch(/3:30\u00a0PM$/u);
});

test("bytes are one or many, and larger sizes are short", () => {
  i18n.locale = "en";
  expect([0, 1, 12, 2000].map(size)).toEqual(["0 bytes", "1 byte", "12 bytes", "2 kB"]);
});

test("a share of a hundred is written as each language writes it", () => {
  i18n.locale = "en";
  expect(percent(75)).toBe("75%");
  i18n.locale = "de";
  expect(percent(75)).toBe("75\u00a0%");
});
