// For browsers that refuse the song's own rate: reads the mixer at that rate and gives the context's.

import type { Bus } from "./faders";

const HALF_TAPS = 24;
const PHASES = 512;
const PIECE_SAMPLES = 128;
const KAISER_BETA = 9;
const ROLL_OFF = 0.94;

export class Resampler {
  private readonly kernel: Float32Array;
  private readonly half: number;
  private readonly ring: Bus;
  private readonly piece: Bus = [new Float32Array(PIECE_SAMPLES), new Float32Array(PIECE_SAMPLES)];
  private readonly mask: number;
  private read = 0;
  private part = 0;
  private written: number;

  /** `ratio` is input samples for each output one. */
  constructor(
    private readonly ratio: number,
    private readonly give: (output: Bus, frames: number) => void,
  ) {
    const cutoff = ROLL_OFF * Math.min(1, 1 / ratio);
    this.half = Math.ceil(HALF_TAPS / Math.min(1, 1 / ratio));
    this.kernel = kernelOf(this.half, cutoff);
    const size = 2 ** Math.ceil(Math.log2(2 * this.half + 2 * PIECE_SAMPLES));
    this.mask = size - 1;
    this.ring = [new Float32Array(size), new Float32Array(size)];
    this.written = this.half;
  }

  process(output: Bus, frames: number): void {
    for (let frame = 0; frame < frames; frame += 1) {
      while (this.written <= this.read + 2 * this.half) {
        this.fill();
      }
      this.sampleInto(output, frame);
      this.part += this.ratio;
      const whole = Math.floor(this.part);
      this.part -= whole;
      this.read += whole;
    }
  }

  private fill(): void {
    this.give(this.piece, PIECE_SAMPLES);
    for (let sample = 0; sample < PIECE_SAMPLES; sample += 1) {
      const at = (this.written + sample) & this.mask;
      this.ring[0][at] = this.piece[0][sample]!;
      this.ring[1][at] = this.piece[1][sample]!;
    }
    this.written += PIECE_SAMPLES;
  }

  private sampleInto(output: Bus, frame: number): void {
    const phase = this.part * PHASES;
    const low = Math.floor(phase);
    const between = phase - low;
    let left = 0;
    let right = 0;
    for (let tap = 0; tap < 2 * this.half; tap += 1) {
      const at = tap * (PHASES + 1) + low;
      const weight = this.kernel[at]! * (1 - between) + this.kernel[at + 1]! * between;
      const from = (this.read + tap + 1) & this.mask;
      left += this.ring[0][from]! * weight;
      right += this.ring[1][from]! * weight;
    }
    output[0][frame] = left;
    output[1][frame] = right;
  }
}

/** For each tap the weights at every phase, the last of which is the next tap's first. */
function kernelOf(half: number, cutoff: number): Float32Array {
  const kernel = new Float32Array(2 * half * (PHASES + 1));
  for (let tap = 0; tap < 2 * half; tap += 1) {
    for (let phase = 0; phase <= PHASES; phase += 1) {
      const x = tap + 1 - half - phase / PHASES;
      const window = bessel(KAISER_BETA * Math.sqrt(Math.max(0, 1 - (x / half) ** 2))) / bessel(KAISER_BETA);
      const angle = Math.PI * x * cutoff;
      kernel[tap * (PHASES + 1) + phase] = cutoff * window * (angle === 0 ? 1 : Math.sin(angle) / angle);
    }
  }
  return kernel;
}

function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let order = 1; term > sum * 1e-12; order += 1) {
    term *= (x / (2 * order)) ** 2;
    sum += term;
  }
  return sum;
}
