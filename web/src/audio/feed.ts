// One way through the song: reads it, through the faders, into buses.
//
// A loop's edge. Going round costs no time, and what is at the loop's beginning is given untouched: a drum there keeps its
// attack. Only the last few milliseconds before the edge are crossfaded, with those that come before the loop's beginning,
// so that the wave meets itself there and does not click.

import { Faders, type Bus, type Ear } from "./faders";
import { Reader, type Blocks, type Run, type Way } from "./reader";

export interface Heard {
  sample: number;
  length_samples: number;
}

export interface Lanes {
  gains: readonly (readonly [number, number])[];
  busOf: readonly number[];
}

export class Feed {
  readonly reader: Reader;
  private readonly faders: Faders;
  private readonly edge: readonly Bus[];

  constructor(
    private readonly blocks: Blocks,
    private readonly way: Way,
    private readonly lanes: Lanes,
    private readonly fade_samples: number,
    smooth_samples: number,
    buses: number,
  ) {
    this.reader = new Reader(blocks, way);
    this.faders = new Faders(lanes.gains.length, smooth_samples);
    this.edge = Array.from({ length: buses }, () => [new Float32Array(fade_samples), new Float32Array(fade_samples)]);
  }

  /** Goes there; what is read next is at the faders' present places at once. */
  start(position: number): void {
    this.reader.position = position;
    this.lanes.gains.forEach((gains, stem) => this.faders.snap(stem, gains));
  }

  /** Adds up to so many samples to the buses; gives those it read, fewer where nothing more is loaded. */
  read(buses: readonly Bus[], length_samples: number, ear: Ear | null, at_frame = 0): Heard[] {
    this.lanes.gains.forEach((gains, stem) => this.faders.aim(stem, gains));
    const heard: Heard[] = [];
    let left = length_samples;
    let at = at_frame;
    while (left > 0) {
      const run = this.reader.next(left);
      if (!run) {
        break;
      }
      ear?.mark(run);
      this.faders.mix(run, buses, this.lanes.busOf, at, ear);
      this.smoothEdge(run, buses, at);
      heard.push({ sample: run.sample, length_samples: run.length_samples });
      at += run.length_samples;
      left -= run.length_samples;
    }
    return heard;
  }

  /** What is loaded of the samples before that place, to prepare a stretcher with; silence where nothing is. */
  recall(buses: readonly Bus[], from_sample: number, length_samples: number): void {
    const until = from_sample + length_samples;
    let sample = from_sample;
    while (sample < until) {
      const block = this.blocks.at(sample);
      if (!block) {
        sample = this.blocks.nextAfter(sample, until);
        continue;
      }
      const length = Math.min(until, block.first_sample + block.length_samples) - sample;
      this.faders.still({ block, sample, length_samples: length }, buses, this.lanes.busOf, sample - from_sample);
      sample += length;
    }
  }

  private smoothEdge(run: Run, buses: readonly Bus[], at_frame: number): void {
    const turn = this.reader.turnAfter(run.sample);
    const from = Math.max(run.sample, turn - this.fade_samples);
    const length = run.sample + run.length_samples - from;
    if (!this.way.loop || length <= 0) {
      return;
    }
    this.edge.forEach((sides) => sides.forEach((side) => side.fill(0)));
    this.recall(this.edge, from - turn + this.way.loop.from_sample, length);
    buses.forEach((bus, number) => {
      for (const side of [0, 1] as const) {
        for (let frame = 0; frame < length; frame += 1) {
          const part = (from + frame - turn + this.fade_samples) / this.fade_samples;
          const at = at_frame + from - run.sample + frame;
          bus[side][at] = bus[side][at]! * (1 - part) + this.edge[number]![side][frame]! * part;
        }
      }
    });
  }
}
