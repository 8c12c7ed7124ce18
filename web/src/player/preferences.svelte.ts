/** How this person practises, whatever the track. Kept in this browser. */

import { LOCAL } from "$/browser/names";
import { shelf } from "$/state/shelf";

const KEPT = LOCAL.practice;

export interface Preferences {
  /** Single letters and signs are shortcuts. */
  characters: boolean;
  /** Loop points go to the nearest beat. */
  snaps: boolean;
  /** 0, 1 or 2. */
  countInBars: number;
  /** 0 to 100. */
  clickVolume: number;
}

export const COUNT_IN_BARS = [0, 1, 2] as const;

const USUAL: Preferences = {
  characters: true,
  snaps: true,
  countInBars: 0,
  clickVolume: 70,
};

export const preferences = $state<Preferences>(read());

export function prefer(change: Partial<Preferences>): void {
  Object.assign(preferences, change);
  shelf.write(KEPT, JSON.stringify(preferences));
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
  const bars = kept["countInBars"];
  const volume = kept["clickVolume"];
  return {
    characters: flag("characters"),
    snaps: flag("snaps"),
    countInBars: COUNT_IN_BARS.find((known) => known === bars) ?? USUAL.countInBars,
    clickVolume: typeof volume === "number" && volume >= 0 && volume <= 100 ? volume : USUAL.clickVolume,
  };
}
