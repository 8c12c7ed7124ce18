// What is heard now, from what the mixer told a moment ago: its reports are of what it gave, which a listener hears
// later, and they come less often than a screen is painted.

import type { LoopSamples } from "./song";

interface Mark {
  at_s: number;
  position: number;
  pace: number;
}

// Longer than any output takes to be heard.
const MARKS_MAX = 100;

export class PositionClock {
  private marks: Mark[] = [];
  private least: number;

  constructor(
    private readonly rate_hz: number,
    private start: number,
  ) {
    this.least = start;
  }

  /** The song's sample the mixer gives next, as far as is known. */
  get given(): number {
    return this.marks.at(-1)?.position ?? this.start;
  }

  jump(to_sample: number): void {
    this.marks = [];
    this.start = to_sample;
    this.least = to_sample;
  }

  note(mark: Mark): void {
    this.marks.push(mark);
    if (this.marks.length > MARKS_MAX) {
      this.marks.shift();
      this.least = -Infinity;
    }
  }

  /** The song's sample heard at that time of the context; never past what can be played. */
  at(time_s: number, loop: LoopSamples | null, end_sample: number): number {
    const mark = this.marks.findLast(({ at_s }) => at_s <= time_s) ?? this.marks[0];
    if (!mark) {
      return this.start;
    }
    const moved = mark.position + (time_s - mark.at_s) * mark.pace * this.rate_hz;
    if (time_s < mark.at_s) {
      return Math.min(mark.position, Math.max(moved, this.least, 0));
    }
    const turn = loop ? Math.min(loop.to_sample, end_sample) : Infinity;
    if (loop && mark.position < turn && moved >= turn && turn > loop.from_sample) {
      return loop.from_sample + ((moved - turn) % (turn - loop.from_sample));
    }
    return Math.min(moved, Math.max(mark.position, end_sample));
  }
}
