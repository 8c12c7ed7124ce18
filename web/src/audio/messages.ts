// What the page, the mixer's thread and the decoder's thread tell each other.

import type { CountIn } from "./click";
import type { Tapped } from "./listener";
import type { Block, Click, LaneMix, LoopSamples } from "./song";

export interface MixerSetup {
  rate_hz: number;
  stems: readonly string[];
  from_sample: number;
}

export type ToMixer =
  | { kind: "blocks"; port: MessagePort }
  | { kind: "play"; countIn: CountIn | null }
  | { kind: "pause" }
  | { kind: "seek"; to_sample: number; turn: number }
  | { kind: "lane"; stem: number; mix: LaneMix }
  | { kind: "tempo"; ratio: number }
  | { kind: "pitch"; semitones: number }
  | { kind: "drums"; areMoved: boolean }
  | { kind: "loop"; loop: LoopSamples | null }
  | { kind: "click"; click: Click | null }
  | { kind: "end"; end_sample: number | null }
  | { kind: "drop"; load: number }
  | { kind: "tap"; id: number; frames: number }
  | { kind: "close" };

export interface Report {
  kind: "report";
  /** The context's time at which the position is the next to be given. */
  at_s: number;
  position: number;
  pace: number;
  isQuiet: boolean;
  peaks: Float32Array;
  /** The last seek it knows of. */
  turn: number;
  held_samples: number;
}

export type FromMixer =
  | Report
  | { kind: "held"; load: number }
  | ({ kind: "tapped"; id: number } & Tapped)
  /** Whether what changes tempo and pitch has started; without it the song is given as it is. */
  | { kind: "stretchers"; areOpen: boolean }
  /** How much memory that takes, each time that it is another. */
  | { kind: "stretching"; held_bytes: number };

export interface SegmentBytes {
  load: number;
  index: number;
  first_sample: number;
  length_samples: number;
  stems: readonly ArrayBuffer[];
}

export type ToDecoder =
  | { kind: "blocks"; port: MessagePort; channels: number }
  | { kind: "decode"; segment: SegmentBytes }
  | { kind: "forget"; load: number };

export type FromDecoder = { kind: "failed"; load: number; text: string };

export type ToBlocks = Block;
