/** Times, sizes and names as people read them. */

import { i18n } from "$/i18n/i18n.svelte";
import { minutesHad } from "$/state/minutes";

export function clock(time_s: number): string {
  const whole = Math.max(0, Math.floor(time_s || 0));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

/** With tenths of a second. */
export function clockTenths(time_s: number): string {
  const tenths = Math.round(Math.max(0, time_s || 0) * 10);
  return `${clock(Math.floor(tenths / 10))}.${tenths % 10}`;
}

export function about(time_s: number): string {
  const { times } = i18n.m;
  if (time_s < 1.5) {
    return times.aboutASecond;
  }
  if (time_s < 90) {
    return times.aboutSeconds(Math.round(time_s));
  }
  const minutes = Math.round(time_s / 60);
  return minutes < 90 ? times.aboutMinutes(minutes) : times.aboutHours(Math.round(minutes / 60));
}

/** Several names in one sentence. */
export function listed(names: readonly string[]): string {
  return new Intl.ListFormat(i18n.locale, { type: "conjunction" }).format(names);
}

export function percent(value: number): string {
  return (value / 100).toLocaleString(i18n.locale, { style: "percent" });
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(i18n.locale, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    // The short word for bytes is the same for one and for many.
    unitDisplay: unit ? "short" : "long",
    maximumFractionDigits: unit && value < 10 ? 1 : 0,
  }).format(value);
}

export function minutesLeft(left_s: number): string {
  const minutes = minutesHad(left_s);
  const { times } = i18n.m;
  return left_s > 0 && !minutes ? times.underAMinuteLeft : times.minutesLeft(minutes.toLocaleString(i18n.locale));
}

/** Day and time as the reader's language writes them; the year when it is another one than now. */
export function shortMoment(moment: string): string {
  const date = new Date(moment);
  const at = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
  const isOld = date.getFullYear() !== new Date().getFullYear();
  // "12:00 AM" is one word.
  return date.toLocaleString(i18n.locale, isOld ? { ...at, year: "numeric" } : at).replace(/\s(?=[AP]M$)/u, "\u00a0");
}

/** Keys as the reader's keyboard names them; `shortcut` is what aria-keyshortcuts takes. */
export function keysOf(shortcut: string): string {
  return shortcut.replace("Shift", i18n.m.player.shortcuts.shift);
}

/** A stem's name in the page's language; of one that it does not know, the model's own. */
export function stemName(stem: string): string {
  const known: Record<string, string> = i18n.m.player.stems;
  const words = stem.replaceAll("_", " ");
  return known[stem] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

/** A day as the reader's language writes it. */
export function day(moment: string): string {
  return new Date(moment).toLocaleDateString(i18n.locale, { day: "numeric", month: "long", year: "numeric" });
}

/** How long something may be: whole minutes, from two hours on whole hours. */
export function length(time_s: number): string {
  const isHours = time_s >= 7200;
  return new Intl.NumberFormat(i18n.locale, { style: "unit", unit: isHours ? "hour" : "minute" }).format(
    Math.floor(time_s / (isHours ? 3600 : 60)),
  );
}

/** A number with a minus as scales print it, and with a plus where `hasPlus`. */
export function signed(number: number, { places = 0, hasPlus = false } = {}): string {
  return number
    .toLocaleString(i18n.locale, {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      signDisplay: hasPlus ? "exceptZero" : "auto",
    })
    .replace("-", "\u2212");
}
