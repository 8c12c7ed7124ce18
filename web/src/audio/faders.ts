// The lanes' faders: each stem's two channels times its gains, added to a bus, with what was given kept for meters
// and taps.

import { Ramp } from "./ramp";
import { clamped, type LaneMix } from "./song";
import type { Run } from "./reader";

export type Bus = readonly [Float32Array, Float32Array];
type Side = 0 | 1;

/** Told of what each stem gave, after its fader. */
export interface Ear {
  readonly peaks: Float32Array;
  /** Told where in the song what comes next begins, before it is mixed. */
  mark(run: Run): void;
  /** Where the stem's channel is to be written as well; null when nobody asks. */
  into(stem: number, side: Side): Float32Array | null;
}

export function gainsOf(mix: LaneMix): [number, number] {
  const gain = mix.sounds ? Math.max(0, mix.gain) : 0;
  const pan = clamped(mix.pan, -1, 1);
  return [gain * Math.min(1, 1 - pan), gain * Math.min(1, 1 + pan)];
}

export class Faders {
  private readonly ramps: readonly (readonly [Ramp, Ramp])[];

  constructor(stems: number, smooth_samples: number) {
    this.ramps = Array.from({ length: stems }, () => [new Ramp(1, smooth_samples), new Ramp(1, smooth_samples)]);
  }

  aim(stem: number, gains: readonly [number, number]): void {
    this.ramps[stem]?.[0].aim(gains[0]);
    this.ramps[stem]?.[1].aim(gains[1]);
  }

  snap(stem: number, gains: readonly [number, number]): void {
    this.ramps[stem]?.[0].snap(gains[0]);
    this.ramps[stem]?.[1].snap(gains[1]);
  }

  /** Adds the run to the buses, each stem to its own, from that frame on. */
  mix(run: Run, buses: readonly Bus[], busOf: readonly number[], at_frame: number, ear: Ear | null): void {
    this.ramps.forEach((ramps, stem) => {
      const bus = buses[busOf[stem] ?? 0];
      const channels = run.block.stems[stem];
      if (!bus || !channels) {
        return;
      }
      for (const side of [0, 1] as const) {
        // One channel is heard on both sides.
        const source = channels[side] ?? channels[0];
        if (source) {
          const peak = add(source, run, ramps[side], bus[side], at_frame, ear?.into(stem, side) ?? null);
          if (ear) {
            ear.peaks[stem] = Math.max(ear.peaks[stem] ?? 0, peak);
          }
        }
      }
    });
  }

  /** Adds the run at the gains of this moment, which do not move on: for what is heard only in passing. */
  still(run: Run, buses: readonly Bus[], busOf: readonly number[], at_frame: number): void {
    this.ramps.forEach((ramps, stem) => {
      const bus = buses[busOf[stem] ?? 0];
      const channels = run.block.stems[stem];
      for (const side of [0, 1] as const) {
        const source = channels?.[side] ?? channels?.[0];
        if (bus && source) {
          const offset = run.sample - run.block.first_sample;
          for (let frame = 0; frame < run.length_samples; frame += 1) {
            bus[side][at_frame + frame]! += source[offset + frame]! * ramps[side].value;
          }
        }
      }
    });
  }
}

function add(
  source: Float32Array,
  run: Run,
  ramp: Ramp,
  bus: Float32Array,
  at_frame: number,
  tap: Float32Array | null,
): number {
  const offset = run.sample - run.block.first_sample;
  let peak = 0;
  if (ramp.isSettled && ramp.value === 0) {
    return 0;
  }
  for (let frame = 0; frame < run.length_samples; frame += 1) {
    const given = source[offset + frame]! * ramp.next();
    bus[at_frame + frame]! += given;
    if (tap) {
      tap[frame] = given;
    }
    peak = Math.max(peak, Math.abs(given));
  }
  return peak;
}
