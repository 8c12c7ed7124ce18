// The two ways a song can sound: as it is, sample for sample; or through stretchers, at another tempo or pitch.

import type { Bus, Ear } from "./faders";
import type { Feed, Heard } from "./feed";
import { Trail } from "./trail";

/** Changes the length and the pitch of one stereo bus. */
export interface Stretcher {
  readonly inputLatency_samples: number;
  readonly outputLatency_samples: number;
  /** Begins anew: `before` ends where the input goes on, and is as long as both latencies. */
  prime(before: Bus, tempo: number): void;
  transpose(semitones: number): void;
  process(input: Bus, input_samples: number, output: Bus, at_frame: number, output_samples: number): void;
}

/** Longest piece rendered at once. */
export const PIECE_SAMPLES_MAX = 128;

export interface Voice {
  /** The song's sample that is heard next. */
  readonly position: number;
  /** Whether it gave all it could: there is nothing loaded to go on with. */
  readonly isDry: boolean;
  start(position: number): void;
  /** Adds to the output; gives what of the song was heard. */
  render(output: Bus, at_frame: number, frames: number, ear: Ear | null): Heard[];
}

export class DirectVoice implements Voice {
  private readonly buses: Bus[];

  constructor(private readonly feed: Feed) {
    this.buses = [stereo(PIECE_SAMPLES_MAX)];
  }

  get position(): number {
    return this.feed.reader.position;
  }

  get isDry(): boolean {
    return this.feed.reader.runway(1) === 0 || this.feed.reader.isAtEnd;
  }

  runway(length_samples_max: number): number {
    return this.feed.reader.runway(length_samples_max);
  }

  turnAfter(position: number): number {
    return this.feed.reader.turnAfter(position);
  }

  start(position: number): void {
    this.feed.start(position);
  }

  render(output: Bus, at_frame: number, frames: number, ear: Ear | null): Heard[] {
    const bus = this.buses[0]!;
    bus.forEach((side) => side.fill(0, 0, frames));
    const heard = this.feed.read(this.buses, frames, ear);
    addTo(output, at_frame, bus, frames);
    return heard;
  }
}

export class StretchedVoice implements Voice {
  tempo = 1;
  private readonly trail = new Trail();
  private readonly input: Bus[];
  private readonly output: Bus;
  private readonly primer: Bus[];
  private owed = 0;
  private warming = 0;
  private isDraining = false;

  constructor(
    private readonly feed: Feed,
    private readonly stretchers: readonly Stretcher[],
  ) {
    const longest = 2 * PIECE_SAMPLES_MAX;
    this.input = stretchers.map(() => stereo(longest));
    this.output = stereo(PIECE_SAMPLES_MAX);
    this.primer = stretchers.map((stretcher) =>
      stereo(stretcher.inputLatency_samples + stretcher.outputLatency_samples),
    );
  }

  get position(): number {
    return this.trail.position;
  }

  /** Where the song is read, ahead of what is heard. */
  get feedPosition(): number {
    return this.feed.reader.position;
  }

  get isDry(): boolean {
    return this.isDraining && this.trail.isSpent;
  }

  get isWarm(): boolean {
    return this.warming === 0;
  }

  /** How long it will still give nothing. */
  get warming_frames(): number {
    return this.warming;
  }

  /** How long after its start it can be heard, from just there on. */
  get warmUp_frames(): number {
    return this.stretchers[0]?.outputLatency_samples ?? 0;
  }

  start(position: number): void {
    const ahead = this.stretchers[0]?.inputLatency_samples ?? 0;
    const before = this.warmUp_frames;
    this.feed.start(position);
    this.primer.forEach((bus) => bus.forEach((side) => side.fill(0)));
    this.feed.recall(this.primer, position - before, before);
    this.trail.start(position);
    this.isDraining = false;
    this.take(this.primer, ahead, null, before);
    this.stretchers.forEach((stretcher, number) => stretcher.prime(this.primer[number]!, this.tempo));
    this.owed = 0;
    this.warming = before;
  }

  transpose(stretcher: number, semitones: number): void {
    this.stretchers[stretcher]?.transpose(semitones);
  }

  /** While it is warming up nothing is added, and it takes no more frames than it needs for that. */
  render(output: Bus, at_frame: number, frames: number, ear: Ear | null): Heard[] {
    this.owed += frames * this.tempo;
    const wanted = Math.floor(this.owed);
    this.owed -= wanted;
    this.input.forEach((bus) => bus.forEach((side) => side.fill(0, 0, wanted)));
    this.take(this.input, wanted, ear, 0);
    this.stretchers.forEach((stretcher, number) => {
      stretcher.process(this.input[number]!, wanted, this.output, 0, frames);
      if (this.warming === 0) {
        addTo(output, at_frame, this.output, frames);
      }
    });
    if (this.warming > 0) {
      this.warming = Math.max(0, this.warming - frames);
      return [];
    }
    return this.trail.pass(this.isDraining ? wanted : this.trail.beyond(this.lag_samples), this.feed.reader.position);
  }

  private get lag_samples(): number {
    const { inputLatency_samples = 0, outputLatency_samples = 0 } = this.stretchers[0] ?? {};
    return Math.round(inputLatency_samples + outputLatency_samples * this.tempo);
  }

  private take(buses: readonly Bus[], length_samples: number, ear: Ear | null, at_frame: number): void {
    if (this.isDraining) {
      return;
    }
    const heard = this.feed.read(buses, length_samples, ear, at_frame);
    this.trail.push(heard);
    // Once silence has gone in, what comes later cannot join what went before: it is begun anew from there.
    this.isDraining = heard.reduce((sum, run) => sum + run.length_samples, 0) < length_samples;
  }
}

export function stereo(length_samples: number): [Float32Array, Float32Array] {
  return [new Float32Array(length_samples), new Float32Array(length_samples)];
}

function addTo(output: Bus, at_frame: number, bus: Bus, frames: number): void {
  for (const side of [0, 1] as const) {
    for (let frame = 0; frame < frames; frame += 1) {
      output[side][at_frame + frame]! += bus[side][frame]!;
    }
  }
}
