// Songs made up for tests: noise that is the same in every run.

import type { Bus } from "./faders";
import { Mixer } from "./mixer";
import type { Block, StemSegment } from "./song";
import { stereo } from "./voices";

/** Numbers from 0 to 1 that look random. */
export function drawing(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function segmentsOf(lengths_samples: readonly number[]): StemSegment[] {
  let first_sample = 0;
  return lengths_samples.map((length_samples, index) => {
    const segment = { index, first_sample, length_samples };
    first_sample += length_samples;
    return segment;
  });
}

export class MadeSong {
  readonly stems: Float32Array[][];
  readonly segments: StemSegment[];
  readonly length_samples: number;
  private loads = 0;

  constructor(lengths_samples: readonly number[], stems: number, channels: number, draw: () => number) {
    this.segments = segmentsOf(lengths_samples);
    this.length_samples = lengths_samples.reduce((sum, length) => sum + length, 0);
    const noise = () => Float32Array.from({ length: this.length_samples }, () => draw() - 0.5);
    this.stems = Array.from({ length: stems }, () => Array.from({ length: channels }, noise));
  }

  block(index: number): Block {
    const { first_sample, length_samples } = this.segments[index]!;
    this.loads += 1;
    const cut = (samples: Float32Array) => samples.slice(first_sample, first_sample + length_samples);
    return { index, first_sample, length_samples, load: this.loads, stems: this.stems.map((stem) => stem.map(cut)) };
  }

  /** The sum of all stems at full volume, added up as floats in their order. */
  sum(side: 0 | 1, sample: number): number {
    return this.stems.reduce((sum, stem) => Math.fround(sum + (stem[side] ?? stem[0])![sample]!), 0);
  }
}

export function playing(song: MadeSong, mixer: Mixer, indices = song.segments.map(({ index }) => index)): Mixer {
  indices.forEach((index) => mixer.blocks.hold(song.block(index)));
  mixer.play(null);
  return mixer;
}

export function given(mixer: Mixer, frames: number): Bus {
  const output = stereo(frames);
  mixer.process(output, frames);
  return output;
}
