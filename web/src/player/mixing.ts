/** What the faders, mutes and solos of all lanes come to, and the mixes that have a name. */

import { isOf, isVoice, keepsPitch } from "$/audio/stems";
import type { LaneView } from "$/player/view";

/** Loudness grows faster than a slider's lower half suggests when amplitude follows it straight; its square is even. */
export function gainOf(volume: number): number {
  return (volume / 100) ** 2;
}

/** With any stem soloed only soloed ones sound; mute always silences. */
export function soundsIn(lanes: Iterable<LaneView>): (lane: LaneView) => boolean {
  const isSolo = [...lanes].some((lane) => lane.solo);
  return (lane) => !lane.muted && (!isSolo || lane.solo);
}

export const PRESETS = ["everything", "karaoke", "acappella", "drummer", "bassist", "guitarist", "pianist"] as const;
export type Preset = (typeof PRESETS)[number];

/** Whose stems a preset is about. */
const OF: Record<Exclude<Preset, "everything">, (stem: string) => boolean> = {
  karaoke: isVoice,
  acappella: isVoice,
  drummer: keepsPitch,
  bassist: (stem) => isOf(stem, BASSES),
  guitarist: (stem) => isOf(stem, GUITARS),
  pianist: (stem) => isOf(stem, PIANOS),
};
const BASSES = new Set(["bass"]);
const GUITARS = new Set(["guitar", "guitars"]);
const PIANOS = new Set(["piano", "keys"]);

/** Stems that sound in a preset; null where these stems do not make it. */
export function stemsOf(preset: Preset, stems: readonly string[]): string[] | null {
  if (preset === "everything") {
    return [...stems];
  }
  const named = stems.filter(OF[preset]);
  const others = stems.filter((stem) => !OF[preset](stem));
  const sounding = preset === "acappella" ? named : others;
  return named.length && others.length ? sounding : null;
}

/** Whether somebody moved its fader or its balance. */
export function isMoved({ volume, pan }: LaneView): boolean {
  return volume !== 100 || pan !== 0;
}

export function presetsFor(stems: readonly string[]): Preset[] {
  return PRESETS.filter((preset) => stemsOf(preset, stems));
}

/** The preset that these lanes are exactly, however they came to it; null for a mix without a name. */
export function presetIn(lanes: Readonly<Record<string, LaneView>>): Preset | null {
  const stems = Object.keys(lanes);
  const sounds = soundsIn(Object.values(lanes));
  const sounding = stems.filter((stem) => sounds(lanes[stem]!));
  if (sounding.some((stem) => isMoved(lanes[stem]!))) {
    return null;
  }
  const now = sounding.join();
  return PRESETS.find((preset) => stemsOf(preset, stems)?.join() === now) ?? null;
}
