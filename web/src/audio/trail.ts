// What was fed to the stretchers and is not heard yet. What is heard trails what is fed by their latency; this knows
// where in the song that is, whatever loop or gap lies between.

import type { Heard } from "./feed";

export class Trail {
  private readonly runs: Heard[] = [];
  private length = 0;
  private place = 0;

  /** The song's sample that is heard next. */
  get position(): number {
    return this.place;
  }

  get isSpent(): boolean {
    return this.runs.length === 0;
  }

  start(position: number): void {
    this.runs.length = 0;
    this.length = 0;
    this.place = position;
  }

  push(heard: readonly Heard[]): void {
    for (const run of heard) {
      this.runs.push({ ...run });
      this.length += run.length_samples;
    }
  }

  /** So many samples more were heard, or all that are left; gives which. Then `next` is where the feed will go on. */
  pass(length_samples: number, next: number): Heard[] {
    const passed: Heard[] = [];
    let left = Math.min(Math.max(0, length_samples), this.length);
    this.length -= left;
    while (left > 0) {
      const run = this.runs[0]!;
      const length = Math.min(left, run.length_samples);
      passed.push({ sample: run.sample, length_samples: length });
      run.sample += length;
      run.length_samples -= length;
      left -= length;
      if (run.length_samples === 0) {
        this.runs.shift();
      }
    }
    this.place = this.runs[0]?.sample ?? next;
    return passed;
  }

  /** How many samples more than that are fed and not heard. */
  beyond(lag_samples: number): number {
    return Math.max(0, this.length - lag_samples);
  }
}
