import { afterEach, describe, expect, it } from "vitest";
import { en } from "$/i18n/en/index";
import { i18n } from "$/i18n/i18n.svelte";
import { expiryText } from "$/sharing/expiry";
import { LIVES_S } from "$/sharing/shares";
import { untilText } from "$/state/until";

const [DAY_S, HOUR_S, MINUTE_S] = [86_400, 3_600, 60];
const NOW_MS = Date.parse("2026-11-29T12:00:00Z");
const after = (time_s: number): string => new Date(NOW_MS + time_s * 1000).toISOString();
const text = (time_s: number): string => expiryText(after(time_s), NOW_MS);

describe("when a link ends", () => {
  afterEach(() => {
    i18n.locale = "en";
    i18n.m = en;
  });

  it.each([
    [LIVES_S[0], "Ends in 1 day"],
    [LIVES_S[1], "Ends in 7 days"],
    [LIVES_S[2], "Ends in 30 days"],
    [LIVES_S[3], "Ends in 90 days"],
  ])("is told as it was chosen (%d s), also some seconds later", (life_s, told) => {
    expect(text(life_s)).toBe(told);
    expect(text(life_s - 20)).toBe(told);
  });

  it("is told in days to the nearest, from two days on", () => {
    expect(text(6.5 * DAY_S)).toBe("Ends in 7 days");
    expect(text(6.5 * DAY_S - HOUR_S)).toBe("Ends in 6 days");
    expect(text(2 * DAY_S)).toBe("Ends in 2 days");
  });

  it("is told in hours below two days, and in minutes below two hours", () => {
    expect(text(2 * DAY_S - HOUR_S)).toBe("Ends in 47 hours");
    expect(text(DAY_S + HOUR_S)).toBe("Ends in 25 hours");
    expect(text(DAY_S - HOUR_S)).toBe("Ends in 23 hours");
    expect(text(2 * HOUR_S)).toBe("Ends in 2 hours");
    expect(text(2 * HOUR_S - MINUTE_S)).toBe("Ends in 119 minutes");
    expect(text(HOUR_S)).toBe("Ends in 1 hour");
    expect(text(HOUR_S - MINUTE_S)).toBe("Ends in 59 minutes");
  });

  it("is told in minutes to the last", () => {
    expect(text(90)).toBe("Ends in 2 minutes");
    expect(text(89)).toBe("Ends in 1 minute");
    expect(text(1)).toBe("Ends in 1 minute");
  });

  it("is over from that very moment on, and where the moment cannot be read", () => {
    expect(text(0)).toBe("Has ended");
    expect(text(-5)).toBe("Has ended");
    expect(expiryText("never", NOW_MS)).toBe("Has ended");
  });

  it("is told in the page's language", () => {
    i18n.locale = "de";
    expect(untilText(after(3 * 86_400), NOW_MS)).toBe("in 3 Tagen");
  });
});
