/** What can be made of a track, and in which formats, as the library decides (services/library/media/formats.py). */

import { addressOf, type Query } from "$/api/addresses";
import type { Schemas, Track } from "$/api/client";
import { isVoice } from "$/audio/stems";

export type Format = Schemas["AudioFormat"];
/** Of a WAV; empty is the song's own. */
export type Depth = Schemas["WavDepth"] | "";
export type Preset = Exclude<Schemas["MixPreset"], "instrumental">;

/** What is asked of a mix; empty is the song as it is. */
export type MixQuery = Query<"/v1/tracks/{track_id}/mix.{ext}">;

export const FORMATS: readonly Format[] = ["flac", "wav", "mp3", "m4a", "opus"];
export const DEPTHS: readonly Depth[] = ["", "16", "24", "32f"];
export const PRESETS: readonly Preset[] = ["karaoke", "acapella"];

export type Choice =
  /** Null where nothing sounds. */
  | { kind: "mix"; query: MixQuery | null }
  | { kind: "preset"; preset: Preset }
  | { kind: "stem"; stem: string }
  /** Each a file of its own. */
  | { kind: "zip"; stems: readonly string[] }
  /** The whole song with its stems, for DJ software. */
  | { kind: "stemFile" };

export interface Quality {
  format: Format;
  depth: Depth;
  /** Twice as fast at the same pitch, to find a place. */
  isDoubled: boolean;
}

const STEM_FILE = "stem.mp4" satisfies Schemas["MixFormat"];
const STEM_FILE_PARTS = 4;
const STEM_FILE_KEEPS = ["drums", "bass", "vocals"];

/** `query` is that of the faders as they stand; undefined where there are none. */
export function choicesOf(
  stems: readonly string[],
  query?: MixQuery | null,
  planFormats: readonly string[] = [],
): Choice[] {
  const voices = stems.filter(isVoice).length;
  // Of two stems, the one is the song without the other.
  const isMixed = voices > 0 && voices < stems.length && stems.length > 2;
  return [
    ...(query === undefined ? [] : [{ kind: "mix", query } as const]),
    // One voice alone is its stem.
    ...(isMixed ? PRESETS.filter((preset) => preset !== "acapella" || voices > 1).map(ofPreset) : []),
    ...stems.map((stem) => ({ kind: "stem", stem }) as const),
    ...(stems.length > 1 ? [{ kind: "zip", stems } as const] : []),
    ...(hasStemFile(stems) && hasFormat(planFormats, STEM_FILE) ? [{ kind: "stemFile" } as const] : []),
  ];
}

function ofPreset(preset: Preset): Choice {
  return { kind: "preset", preset };
}

/** What is meant by a track's stems, unless somebody says otherwise. */
export function usualChoice(choices: readonly Choice[]): Choice | undefined {
  return choices.find(({ kind }) => kind === "zip") ?? choices.find(isPossible);
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
export function fileAddress(track: Pick<Track, "track_id" | "stems">, choice: Choice, quality: Quality): string {
  const { track_id } = track;
  const { format } = quality;
  const asked = qualityQuery(choice, quality);
  switch (choice.kind) {
    case "mix":
      return mixAddress(track_id, format, { ...choice.query, ...asked });
    case "preset":
      return mixAddress(track_id, format, { preset: choice.preset, ...asked });
    case "stem":
      return addressOf("/v1/tracks/{track_id}/stems/{stem}.{ext}", { track_id, stem: choice.stem, ext: format }, asked);
    case "zip": {
      const some = choice.stems.length < track.stems.length ? { stems: choice.stems.join(",") } : {};
      return addressOf("/v1/tracks/{track_id}/download.zip", { track_id }, { format, ...some, ...asked });
    }
    case "stemFile":
      return mixAddress(track_id, STEM_FILE);
  }
}

function mixAddress(track_id: string, ext: Schemas["MixFormat"], query?: MixQuery): string {
  return addressOf("/v1/tracks/{track_id}/mix.{ext}", { track_id, ext }, query);
}

/** Whether a plan lets files of this format be had; one that names no formats lets all. */
export function hasFormat(planFormats: readonly string[], wanted: Schemas["MixFormat"]): boolean {
  return !planFormats.length || planFormats.includes(wanted);
}

/** Of a track with these stems: what the plan does not let be had, for people. */
export function lackedFormats(planFormats: readonly string[], stems: readonly string[]): string[] {
  const lacked = FORMATS.filter((format) => !hasFormat(planFormats, format)).map((format) => format.toUpperCase());
  return hasStemFile(stems) && !hasFormat(planFormats, STEM_FILE) ? [...lacked, `.${STEM_FILE}`] : lacked;
}

/** False where nothing would be in it. */
export function isPossible(choice: Choice): boolean {
  return !(choice.kind === "mix" && choice.query === null) && !(choice.kind === "zip" && !choice.stems.length);
}

/** Whether a mix is the song as it is. */
export function isSong(query: MixQuery | null): boolean {
  return query !== null && !Object.keys(query).length;
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
      return isSong(choice.query) ? "isSong" : "isMix";
    case "preset":
      return "isMix";
  }
}

function qualityQuery(choice: Choice, { format, depth, isDoubled }: Quality): Pick<MixQuery, "depth" | "speed"> {
  if (depth && hasDepth(choice, format)) {
    return { depth };
  }
  return isDoubled && canBeDoubled(choice, format) ? { speed: "2" } : {};
}

function hasStemFile(stems: readonly string[]): boolean {
  const isReducible = stems.length > STEM_FILE_PARTS && STEM_FILE_KEEPS.every((stem) => stems.includes(stem));
  return stems.length === STEM_FILE_PARTS || isReducible;
}
