// What every stem gives, after its fader: its peak for the meters, and whole stretches of it for who asks.

import type { Ear } from "./faders";
import type { Run } from "./reader";

export interface Tapped {
  /** The song's sample it begins at. */
  sample: number;
  stems: Float32Array[][];
}

interface Tap extends Tapped {
  id: number;
  frames: number;
  filled: number;
  given: number;
  expected: number;
}

export class Listener implements Ear {
  readonly peaks: Float32Array;
  private taps: Tap[] = [];

  constructor(
    private readonly stems: number,
    private readonly turns: (from_sample: number, to_sample: number) => boolean,
  ) {
    this.peaks = new Float32Array(stems);
  }

  tap(id: number, frames: number): void {
    const stems = Array.from({ length: this.stems }, () => [new Float32Array(frames), new Float32Array(frames)]);
    this.taps.push({ id, frames, filled: 0, given: 0, expected: 0, sample: 0, stems });
  }

  mark(run: Run): void {
    const tap = this.taps[0];
    if (!tap) {
      return;
    }
    tap.filled += tap.given;
    // After a jump it begins again: what it gives is one stretch of the song, round a loop at most.
    if (tap.filled === 0 || (run.sample !== tap.expected && !this.turns(tap.expected, run.sample))) {
      tap.filled = 0;
      tap.sample = run.sample;
      tap.stems.forEach((channels) => channels.forEach((channel) => channel.fill(0)));
    }
    tap.given = run.length_samples;
    tap.expected = run.sample + run.length_samples;
  }

  into(stem: number, side: 0 | 1): Float32Array | null {
    const tap = this.taps[0];
    return tap && tap.filled < tap.frames ? (tap.stems[stem]?.[side]?.subarray(tap.filled) ?? null) : null;
  }

  /** The tap that is full, once. */
  full(): (Tapped & { id: number }) | null {
    const tap = this.taps[0];
    if (!tap || tap.filled + tap.given < tap.frames) {
      return null;
    }
    this.taps.shift();
    return { id: tap.id, sample: tap.sample, stems: tap.stems };
  }
}
