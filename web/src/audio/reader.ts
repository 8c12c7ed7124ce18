// Reads the loaded blocks along the way a song is played: forwards, and round its loop.

import { endOf, type Block, type LoopSamples } from "./song";

export class Blocks {
  private readonly byIndex = new Map<number, Block>();

  get count(): number {
    return this.byIndex.size;
  }

  get samples(): number {
    let samples = 0;
    for (const block of this.byIndex.values()) {
      samples += block.length_samples;
    }
    return samples;
  }

  hold(block: Block): void {
    const held = this.byIndex.get(block.index);
    if (!held || held.load <= block.load) {
      this.byIndex.set(block.index, block);
    }
  }

  drop(load: number): void {
    for (const block of this.byIndex.values()) {
      if (block.load === load) {
        this.byIndex.delete(block.index);
      }
    }
  }

  /** The first loaded sample from there on, or the limit. */
  nextAfter(sample: number, limit: number): number {
    let next = limit;
    for (const { first_sample } of this.byIndex.values()) {
      if (first_sample > sample) {
        next = Math.min(next, first_sample);
      }
    }
    return next;
  }

  at(sample: number): Block | null {
    for (const block of this.byIndex.values()) {
      if (block.first_sample <= sample && sample < endOf(block)) {
        return block;
      }
    }
    return null;
  }
}

/** What a song's way is bounded by; shared by everything that reads it. */
export interface Way {
  loop: LoopSamples | null;
  /** One past the song's last sample, once that is known. */
  end_sample: number | null;
}

/** Some samples of the song, in one block. */
export interface Run {
  block: Block;
  sample: number;
  length_samples: number;
}

export class Reader {
  position = 0;

  constructor(
    private readonly blocks: Blocks,
    private readonly way: Way,
  ) {}

  get isAtEnd(): boolean {
    return this.way.end_sample !== null && this.position >= this.way.end_sample;
  }

  /** Where the song turns back, when what comes next leads there. */
  turnAfter(position: number): number {
    const { loop, end_sample } = this.way;
    const to_sample = loop ? Math.min(loop.to_sample, end_sample ?? Infinity) : Infinity;
    return loop && position < to_sample && loop.from_sample < to_sample ? to_sample : Infinity;
  }

  /** The next samples, at most so many; null where nothing is loaded. Moves on past them. */
  next(length_samples_max: number): Run | null {
    const block = this.blocks.at(this.position);
    if (!block) {
      return null;
    }
    const turn = this.turnAfter(this.position);
    const until = Math.min(this.position + length_samples_max, endOf(block), turn);
    const run = { block, sample: this.position, length_samples: until - this.position };
    this.position = until === turn && this.way.loop ? this.way.loop.from_sample : until;
    return run;
  }

  /** How many samples can be read from here without a gap, looking no further than asked; the song's end is no gap. */
  runway(length_samples_max: number): number {
    let position = this.position;
    let length = 0;
    while (length < length_samples_max) {
      if (this.way.end_sample !== null && position >= this.way.end_sample) {
        return length_samples_max;
      }
      const block = this.blocks.at(position);
      if (!block) {
        return length;
      }
      const turn = this.turnAfter(position);
      const until = Math.min(endOf(block), turn);
      length += until - position;
      position = until === turn && this.way.loop ? this.way.loop.from_sample : until;
    }
    return length_samples_max;
  }
}
