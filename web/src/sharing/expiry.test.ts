import { afterEach, describe, expect, it } from "vitest";
import { en } from "$/i18n/en/index";
import { i18n } from "$/i18n/i18n.svelte";
import { expiryText, untilText } from "$/sharing/expiry";

const NOW_MS = Date.parse("2026-11-29T12:00:00Z");
const after = (time_s: number): string => new Date(NOW_MS + time_s * 1000).toISOString();
const text = (time_s: number): string => expiryText(after(time_s), NOW_MS);

describe("when a link ends", () => {
  afterEach(() => {
    i18n.locale = "en";
    i18n.m = en;
  });

  it("is told in the largest whole unit, never longer than it is", () => {
    expect(text(7 * 86_400)).toBe("Ends in 7 days");
    expect(text(7 * 86_400 - 1)).toBe("Ends in 6 days");
    expect(text(86_399)).toBe("Ends in 23 hours");
    expect(text(3_599)).toBe("Ends in 59 minutes");
    expect(text(59)).toBe("Ends in 59 seconds");
    expect(text(0.2)).toBe("Ends in 1 second");
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
