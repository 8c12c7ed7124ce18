/** What can be made of a track, and in which formats, as the library decides (services/library/media/formats.py). */

import type { Track } from "$/api/client";
import { addresses } from "$/api/client";
import { isVoice } from "$/audio/stems";

export const FORMATS = ["flac", "wav", "mp3", "m4a", "opus"] as const;
export const DEPTHS = ["", "16", "24", "32f"] as const;
export const PRESETS = ["karaoke", "acapella"] as const;

export type Format = (typeof FORMATS)[number];
/** Of a WAV; empty is the song's own. */
export type Depth = (typeof DEPTHS)[number];
export type Preset = (typeof PRESETS)[number];

export type Choice =
  | { kind: "mix"; query: string | null }
  | { kind: "preset"; preset: Preset }
  | { kind: "stem"; stem: string }
  | { kind: "zip" }
  /** The whole song with its stems, for DJ software. */
  | { kind: "stemFile" };

export interface Quality {
  format: Format;
  depth: Depth;
  /** Twice as fast at the same pitch, to find a place. */
  isDoubled: boolean;
}

const STEM_FILE = "stem.mp4";
const STEM_FILE_PARTS = 4;
const STEM_FILE_KEEPS = ["drums", "bass", "vocals"];

/** `query` is that of the faders as they stand; undefined where there are none. */
export function choicesOf(stems: readonly string[], query?: string | null): Choice[] {
  const voices = stems.filter(isVoice).length;
  // Of two stems, the one is the song without the other.
  const isMixed = voices > 0 && voices < stems.length && stems.length > 2;
  return [
    ...(query === undefined ? [] : [{ kind: "mix", query } as const]),
    ...(isMixed ? PRESETS.map((preset) => ({ kind: "preset", preset }) as const) : []),
    ...stems.map((stem) => ({ kind: "stem", stem }) as const),
    ...(stems.length > 1 ? [{ kind: "zip" } as const] : []),
    ...(hasStemFile(stems) ? [{ kind: "stemFile" } as const] : []),
  ];
}

export function keyOf(choice: Choice): string {
  switch (choice.kind) {
    case "preset":
      return choice.preset;
    case "stem":
      return `stem:${choice.stem}`;
    default:
      return choice.kind;
  }
}

/** Where the file comes from. */
export function fileAddress(track: Pick<Track, "track_id">, choice: Choice, quality: Quality): string {
  const { track_id } = track;
  const query = qualityQuery(choice, quality);
  switch (choice.kind) {
    case "mix":
      return addresses.mix(track_id, quality.format, [choice.query, query].filter(Boolean).join("&"));
    case "preset":
      return addresses.mix(track_id, quality.format, [`preset=${choice.preset}`, query].filter(Boolean).join("&"));
    case "stem":
      return addresses.stem(track_id, choice.stem, quality.format) + (query && `?${query}`);
    case "zip":
      return addresses.zip(track_id, quality.format) + (query && `&${query}`);
    case "stemFile":
      return addresses.mix(track_id, STEM_FILE);
  }
}

export function extensionOf(choice: Choice, { format }: Quality): string {
  return choice.kind === "stemFile" ? STEM_FILE : choice.kind === "zip" ? "zip" : format;
}

export function hasDepth({ kind }: Choice, format: Format): boolean {
  return format === "wav" && kind !== "stemFile";
}

export function canBeDoubled({ kind }: Choice, format: Format): boolean {
  return format !== "flac" && format !== "wav" && kind !== "zip" && kind !== "stemFile";
}

const ROUNDED_BITS = 16;

/** What a file is beside the song. */
export type Exactness = "addsUp" | "isSong" | "isMix" | "rounded" | "coded";

/** A song whose depth is not known may be finer than what is chosen. */
export function exactnessOf(
  choice: Exclude<Choice, { kind: "stemFile" }>,
  { format, depth }: Quality,
  songDepth_bits: number | undefined,
): Exactness {
  if (format !== "flac" && format !== "wav") {
    return "coded";
  }
  if (format === "wav" && depth === "16" && (songDepth_bits ?? Infinity) > ROUNDED_BITS) {
    return "rounded";
  }
  switch (choice.kind) {
    case "stem":
    case "zip":
      return "addsUp";
    case "mix":
      return choice.query === "" ? "isSong" : "isMix";
    case "preset":
      return "isMix";
  }
}

function qualityQuery(choice: Choice, { format, depth, isDoubled }: Quality): string {
  if (depth && hasDepth(choice, format)) {
    return `depth=${depth}`;
  }
  return isDoubled && canBeDoubled(choice, format) ? "speed=2" : "";
}

function hasStemFile(stems: readonly string[]): boolean {
  const isReducible = stems.length > STEM_FILE_PARTS && STEM_FILE_KEEPS.every((stem) => stems.includes(stem));
  return stems.length === STEM_FILE_PARTS || isReducible;
}
