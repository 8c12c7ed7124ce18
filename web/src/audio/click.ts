// The metronome: short tones on the beats of what is heard, and those that count in.

import { beatFrom, isDownbeat } from "./beats";
import type { Bus } from "./faders";
import type { Heard } from "./feed";
import { SMOOTH_S, type Click } from "./song";

const DOWNBEAT_HZ = 1760;
const BEAT_HZ = 1175;
const LENGTH_S = 0.06;
const ATTACK_S = 0.001;
const DECAY_S = 0.012;
const PEAK = 0.5;

/** A tone that begins and ends in silence. */
export function toneOf(tone_hz: number, rate_hz: number): Float32Array {
  const length = Math.round(LENGTH_S * rate_hz);
  return Float32Array.from({ length }, (_, frame) => {
    const at_s = frame / rate_hz;
    const envelope =
      Math.min(1, at_s / ATTACK_S) * Math.exp(-at_s / DECAY_S) * Math.min(1, (LENGTH_S - at_s) / SMOOTH_S);
    return PEAK * envelope * Math.sin(2 * Math.PI * tone_hz * at_s);
  });
}

export interface CountIn {
  /** How long before the song begins. */
  lead_frames: number;
  gain: number;
  strikes: readonly { at_frame: number; isDownbeat: boolean }[];
}

/** So many beats before that place in the song, at its pace there, falling in with its next beat. */
export function countInOf(
  click: Click,
  from_sample: number,
  beats: number,
  tempo: number,
  rate_hz: number,
): CountIn | null {
  const at = click.beats_s.map((beat_s) => Math.round(beat_s * rate_hz));
  const next = beatFrom(at, from_sample);
  const second = Math.min(Math.max(1, next), at.length - 1);
  const each = (at[second] ?? 0) - (at[second - 1] ?? 0);
  if (second < 1 || each <= 0 || beats <= 0) {
    return null;
  }
  // In an intro, or after the last beat, the grid goes on as it is beside it: so many beats lie in between.
  const known = Math.min(next, at.length - 1);
  const between = Math.floor((at[known]! - from_sample) / each);
  const wait = at[known]! - from_sample - between * each;
  const each_frames = each / tempo;
  const strikes = Array.from({ length: beats }, (_, number) => ({
    at_frame: Math.round(number * each_frames),
    isDownbeat: isDownbeat(click, known - between - beats + number),
  }));
  return { lead_frames: Math.round(beats * each_frames - wait / tempo), gain: click.gain, strikes };
}

export class Clicker {
  private readonly downbeat: Float32Array;
  private readonly beat: Float32Array;
  private click: Click | null = null;
  private beats_samples: readonly number[] = [];
  private ringing: { tone: Float32Array; gain: number; age_frames: number }[] = [];

  constructor(private readonly rate_hz: number) {
    this.downbeat = toneOf(DOWNBEAT_HZ, rate_hz);
    this.beat = toneOf(BEAT_HZ, rate_hz);
  }

  set(click: Click | null): void {
    this.click = click;
    this.beats_samples = click ? click.beats_s.map((beat_s) => Math.round(beat_s * this.rate_hz)) : [];
  }

  strike(in_frames: number, isOnDownbeat: boolean, gain: number): void {
    this.ringing.push({ tone: isOnDownbeat ? this.downbeat : this.beat, gain, age_frames: -in_frames });
  }

  /** Strikes what lies on the beats of those runs, which are heard in so many frames. */
  follow(heard: readonly Heard[], frames: number): void {
    if (!this.click) {
      return;
    }
    const length = heard.reduce((sum, run) => sum + run.length_samples, 0);
    let passed = 0;
    for (const run of heard) {
      for (let beat = beatFrom(this.beats_samples, run.sample); beat < this.beats_samples.length; beat += 1) {
        const offset = this.beats_samples[beat]! - run.sample;
        if (offset >= run.length_samples) {
          break;
        }
        const at_frame = Math.floor(((passed + offset) / length) * frames);
        this.strike(at_frame, isDownbeat(this.click, beat), this.click.gain);
      }
      passed += run.length_samples;
    }
  }

  /** What was to come does not come; what rings already rings out. */
  hush(): void {
    this.ringing = this.ringing.filter(({ age_frames }) => age_frames > 0);
  }

  ring(output: Bus, at_frame: number, frames: number): void {
    if (this.ringing.length === 0) {
      return;
    }
    for (const sound of this.ringing) {
      const { tone, gain, age_frames } = sound;
      const last = Math.min(frames, tone.length - age_frames);
      for (let frame = Math.max(0, -age_frames); frame < last; frame += 1) {
        const sample = tone[age_frames + frame]! * gain;
        output[0][at_frame + frame]! += sample;
        output[1][at_frame + frame]! += sample;
      }
      sound.age_frames += frames;
    }
    this.ringing = this.ringing.filter(({ tone, age_frames }) => age_frames < tone.length);
  }
}
