/** How this person practises, whatever the track. Kept in this browser. */

import type { Bars } from "$/audio/beats";
import { shelf } from "$/state/shelf";

const KEPT = "stripsession.practice";

export interface Preferences {
  /** Single letters and signs are shortcuts. */
  characters: boolean;
  /** Loop points go to the nearest beat. */
  snaps: boolean;
  beatsInBar: number;
  /** Which of a song's beats begins its first whole bar: 0 to one less than a bar has. */
  firstBeat: number;
  /** 0, 1 or 2. */
  countInBars: number;
  /** 0 to 100. */
  clickVolume: number;
}

export const BEATS_IN_BAR = [2, 3, 4, 5, 6, 7] as const;
export const COUNT_IN_BARS = [0, 1, 2] as const;

const USUAL: Preferences = {
  characters: true,
  snaps: true,
  beatsInBar: 4,
  firstBeat: 0,
  countInBars: 0,
  clickVolume: 70,
};

export const preferences = $state<Preferences>(read());

export function prefer(change: Partial<Preferences>): void {
  Object.assign(preferences, change);
  preferences.firstBeat = Math.min(preferences.firstBeat, preferences.beatsInBar - 1);
  shelf.write(KEPT, JSON.stringify(preferences));
}

export function barsOf({ beatsInBar, firstBeat }: Preferences): Bars {
  return { downbeat_every: beatsInBar, downbeat_first: firstBeat };
}

/** The key of a control, where single keys are shortcuts. */
export function keyed(shortcut: string | undefined): { shortcut?: string } {
  return preferences.characters && shortcut ? { shortcut } : {};
}

function read(): Preferences {
  try {
    return soundPreferences(JSON.parse(shelf.read(KEPT) ?? "null"));
  } catch {
    return { ...USUAL };
  }
}

/** What an older page or another one may have kept. */
export function soundPreferences(told: unknown): Preferences {
  const kept = (typeof told === "object" && told !== null ? told : {}) as Record<string, unknown>;
  const flag = (name: "characters" | "snaps"): boolean =>
    typeof kept[name] === "boolean" ? (kept[name] as boolean) : USUAL[name];
  const oneOf = (name: "beatsInBar" | "firstBeat" | "countInBars", all: readonly number[]): number =>
    all.includes(kept[name] as number) ? (kept[name] as number) : USUAL[name];
  const volume = kept["clickVolume"];
  const beatsInBar = oneOf("beatsInBar", BEATS_IN_BAR);
  return {
    characters: flag("characters"),
    snaps: flag("snaps"),
    beatsInBar,
    firstBeat: oneOf("firstBeat", [...Array(beatsInBar).keys()]),
    countInBars: oneOf("countInBars", COUNT_IN_BARS),
    clickVolume: typeof volume === "number" && volume >= 0 && volume <= 100 ? volume : USUAL.clickVolume,
  };
}
