// What the engine is told of a song, in the words the rest of the page uses too.

import type { Bars } from "./beats";

export interface StemSegment {
  index: number;
  first_sample: number;
  length_samples: number;
}

export interface LaneMix {
  gain: number;
  /** A balance from -1 to 1: 0 leaves both channels untouched. */
  pan: number;
  sounds: boolean;
}

export interface Loop {
  from_s: number;
  to_s: number;
}

/** A metronome on the song's beats. */
export interface Click extends Bars {
  beats_s: readonly number[];
  gain: number;
}

export interface LoopSamples {
  from_sample: number;
  to_sample: number;
}

/** One segment decoded: `stems[stem][channel]`, all stems of one length. */
export interface Block {
  index: number;
  /** Which loading brought it, so that a late word about an older one does no harm. */
  load: number;
  first_sample: number;
  length_samples: number;
  stems: readonly (readonly Float32Array[])[];
}

export const FADE_S = 0.005;
export const SMOOTH_S = 0.01;
export const TEMPO_MIN = 0.5;
export const TEMPO_MAX = 1.5;
export const PITCH_MAX = 12;
// Shorter, a loop is a tone, and its edges would overlap.
const LOOP_S_MIN = 0.05;

export function clamped(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function endOf(segment: { first_sample: number; length_samples: number }): number {
  return segment.first_sample + segment.length_samples;
}

export function loopSamples(loop: Loop, rate_hz: number): LoopSamples {
  const from_sample = Math.max(0, Math.round(loop.from_s * rate_hz));
  const shortest = Math.round(LOOP_S_MIN * rate_hz);
  return { from_sample, to_sample: Math.max(from_sample + shortest, Math.round(loop.to_s * rate_hz)) };
}
