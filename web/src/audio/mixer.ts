// Mixes all stems of a song on one clock. It knows neither browser nor threads: it is told what to play and given what is
// loaded, and fills the frames it is asked for.
//
// Unless tempo or pitch differ, a sample of a stem is given as it was decoded, times its gain. Whatever begins or stops
// amid the song does so in a fade of a few milliseconds, and so does a seek; in steady play, over segments and round a
// loop, no sample is missing, doubled or late.

import { Clicker, type CountIn } from "./click";
import { gainsOf, type Bus } from "./faders";
import { Feed } from "./feed";
import { Listener } from "./listener";
import { Ramp } from "./ramp";
import { Blocks, type Way } from "./reader";
import { clamped, FADE_S, PITCH_MAX, SMOOTH_S, TEMPO_MAX, TEMPO_MIN } from "./song";
import type { Click, LaneMix, LoopSamples } from "./song";
import { keepsPitch } from "./stems";
import { DirectVoice, PIECE_SAMPLES_MAX, StretchedVoice, stereo, type Stretcher, type Voice } from "./voices";

// The two ways to sound are not in phase, so they take longer to take turns.
const BLEND_S = 0.02;

export interface MixerReport {
  /** The song's sample that is given next. */
  position: number;
  /** Samples of the song for each frame given, now. */
  pace: number;
  /** Whether nothing is being given. */
  isQuiet: boolean;
}

export class Mixer {
  readonly blocks = new Blocks();
  readonly listener: Listener;
  private readonly way: Way = { loop: null, end_sample: null };
  private readonly gains: [number, number][];
  private readonly isDrums: readonly boolean[];
  private readonly fade: Ramp;
  private readonly blend: Ramp;
  private readonly clicker: Clicker;
  private readonly direct: DirectVoice;
  private readonly dry = stereo(PIECE_SAMPLES_MAX);
  private readonly wet = stereo(PIECE_SAMPLES_MAX);
  private readonly fade_samples: number;
  private readonly smooth_samples: number;
  private stretched: StretchedVoice | null = null;
  private isStretching = false;
  private isWanted = false;
  private isRunning = false;
  private place: number;
  private lead_frames = 0;
  private tempo = 1;
  private pitch_semitones = 0;
  private areDrumsMoved = false;
  private leaving: { bus: Bus; at: number } | null = null;

  constructor(stems: readonly string[], rate_hz: number, from_sample: number) {
    this.fade_samples = Math.round(FADE_S * rate_hz);
    this.smooth_samples = Math.round(SMOOTH_S * rate_hz);
    this.fade = new Ramp(0, this.fade_samples);
    this.blend = new Ramp(0, Math.round(BLEND_S * rate_hz));
    this.clicker = new Clicker(rate_hz);
    this.gains = stems.map(() => [1, 1]);
    this.isDrums = stems.map(keepsPitch);
    this.place = from_sample;
    this.direct = new DirectVoice(
      this.feed(
        stems.map(() => 0),
        1,
      ),
    );
    this.listener = new Listener(
      stems.length,
      (from, to) => from === this.direct.turnAfter(from - 1) && to === this.way.loop?.from_sample,
    );
  }

  /** How many stretchers it needs: drums may keep their pitch, so they go another way. */
  get stretchersWanted(): number {
    return this.isDrums.includes(true) && this.isDrums.includes(false) ? 2 : 1;
  }

  /** From now on tempo and pitch can differ. */
  stretchWith(stretchers: readonly Stretcher[]): void {
    const busOf = this.isDrums.map((isDrums) => (isDrums && stretchers.length > 1 ? 1 : 0));
    this.stretched = new StretchedVoice(this.feed(busOf, stretchers.length), stretchers);
    this.retune();
  }

  get report(): MixerReport {
    const isMoving = this.isRunning && !(this.isStretching && this.blend.target === 1 && !this.stretched?.isWarm);
    return {
      position: this.isRunning ? this.voice.position : this.place,
      pace: isMoving ? (this.voice === this.stretched ? this.tempo : 1) : 0,
      isQuiet: !this.isRunning && this.lead_frames === 0 && !this.leaving,
    };
  }

  play(countIn: CountIn | null): void {
    this.isWanted = true;
    if (countIn) {
      this.leave();
      this.stop();
      const warmUp = this.needsStretching && this.stretched ? this.stretched.warmUp_frames : 0;
      this.lead_frames = Math.max(0, countIn.lead_frames - warmUp);
      countIn.strikes.forEach((strike) => this.clicker.strike(strike.at_frame, strike.isDownbeat, countIn.gain));
    }
  }

  pause(): void {
    this.isWanted = false;
    this.lead_frames = 0;
    this.clicker.hush();
  }

  /** What was being counted in was elsewhere: the song goes on from there without it. */
  seek(to_sample: number): void {
    this.lead_frames = 0;
    this.clicker.hush();
    this.leave();
    this.stop();
    this.place = to_sample;
  }

  setLane(stem: number, mix: LaneMix): void {
    const gains = this.gains[stem];
    if (gains) {
      [gains[0], gains[1]] = gainsOf(mix);
    }
  }

  setTempo(ratio: number): void {
    this.tempo = clamped(ratio, TEMPO_MIN, TEMPO_MAX);
    this.retune();
  }

  /** Drums keep theirs, unless they are moved too. */
  setPitch(semitones: number): void {
    this.pitch_semitones = clamped(semitones, -PITCH_MAX, PITCH_MAX);
    this.retune();
  }

  moveDrums(areMoved: boolean): void {
    this.areDrumsMoved = areMoved;
    this.retune();
  }

  /** Beyond its end already, the song goes back to the loop's beginning. */
  setLoop(loop: LoopSamples | null): void {
    this.way.loop = loop;
    const read = this.isRunning && this.voice === this.stretched ? this.stretched.feedPosition : this.report.position;
    if (loop && read >= loop.to_sample) {
      this.seek(loop.from_sample);
    }
  }

  setClick(click: Click | null): void {
    this.clicker.set(click);
  }

  setEnd(end_sample: number | null): void {
    this.way.end_sample = end_sample;
  }

  /** Fills the output, which may hold anything before. */
  process(output: Bus, frames: number): void {
    output.forEach((side) => side.fill(0, 0, frames));
    for (let at = 0; at < frames;) {
      const piece = Math.min(frames - at, PIECE_SAMPLES_MAX);
      const given = this.giveSong(output, at, piece);
      this.clicker.ring(output, at, given);
      this.giveLeaving(output, at, given);
      at += given;
    }
  }

  private get needsStretching(): boolean {
    return this.stretched !== null && (this.tempo !== 1 || this.pitch_semitones !== 0);
  }

  private get voice(): Voice {
    return this.blend.target === 1 && this.stretched ? this.stretched : this.direct;
  }

  private feed(busOf: readonly number[], buses: number): Feed {
    return new Feed(this.blocks, this.way, { gains: this.gains, busOf }, this.fade_samples, this.smooth_samples, buses);
  }

  private retune(): void {
    if (this.stretched) {
      const isDrumsOnly = this.isDrums.every(Boolean);
      const ofDrums = this.areDrumsMoved ? this.pitch_semitones : 0;
      this.stretched.tempo = this.tempo;
      this.stretched.transpose(0, isDrumsOnly ? ofDrums : this.pitch_semitones);
      this.stretched.transpose(1, ofDrums);
    }
  }

  private giveSong(output: Bus, at_frame: number, frames: number): number {
    if (this.lead_frames > 0) {
      const given = Math.min(frames, this.lead_frames);
      this.lead_frames -= given;
      return given;
    }
    if (this.isWanted && !this.isRunning) {
      this.begin();
    }
    return this.isRunning ? this.render(output, at_frame, frames, this.isWanted) : frames;
  }

  private begin(): void {
    const isOver = this.way.end_sample !== null && this.place >= this.way.end_sample;
    if (isOver || !this.blocks.at(this.place)) {
      return;
    }
    this.isStretching = this.needsStretching;
    this.blend.snap(this.isStretching ? 1 : 0);
    this.voice.start(this.place);
    // Nothing comes before the song's own beginning that it could click against.
    this.fade.snap(this.place === 0 ? 1 : 0);
    this.isRunning = true;
  }

  private stop(): void {
    if (this.isRunning) {
      this.place = this.voice.position;
      this.isRunning = false;
      this.isStretching = false;
    }
  }

  /** Adds to the output; gives for how many frames. */
  private render(output: Bus, at_frame: number, frames_max: number, isStaying: boolean): number {
    this.takeTurns();
    if (!this.isRunning) {
      return frames_max;
    }
    const { isGap, frames } = this.untilGap(frames_max);
    const { voice } = this;
    this.dry.forEach((side) => side.fill(0, 0, frames));
    this.wet.forEach((side) => side.fill(0, 0, frames));
    const isCold = this.isStretching && !this.stretched!.isWarm && voice === this.stretched;
    const byDirect = voice === this.direct || !this.blend.isSettled ? this.hear(this.direct, this.dry, frames) : [];
    const byStretched = this.isStretching ? this.hear(this.stretched!, this.wet, frames) : [];
    this.clicker.follow(voice === this.direct ? byDirect : byStretched, frames);
    if (!isCold) {
      this.fade.aim(isStaying && !isGap ? 1 : 0);
    }
    for (let frame = 0; frame < frames; frame += 1) {
      const part = this.blend.next();
      const level = this.fade.next();
      for (const side of [0, 1] as const) {
        const song = this.dry[side][frame]! * (1 - part) + this.wet[side][frame]! * part;
        output[side][at_frame + frame]! += song * level;
      }
    }
    if (voice.isDry || (!isStaying && this.fade.isSettled && this.fade.value === 0)) {
      this.stop();
    }
    return frames;
  }

  private hear(voice: Voice, bus: Bus, frames: number) {
    return voice.render(bus, 0, frames, voice === this.voice ? this.listener : null);
  }

  /** How long to go on as it is: where nothing more is loaded, the fade ends just there. */
  private untilGap(frames_max: number): { isGap: boolean; frames: number } {
    const isWarming = this.isStretching && !this.stretched!.isWarm;
    const frames = isWarming ? Math.min(frames_max, this.stretched!.warming_frames) : frames_max;
    if (this.voice !== this.direct) {
      return { isGap: false, frames };
    }
    const left = this.direct.runway(frames + this.fade_samples);
    const isGap = left <= this.fade_samples;
    return { isGap, frames: Math.max(1, Math.min(frames, isGap ? left : left - this.fade_samples)) };
  }

  /** Changes over between the two ways to sound, when the other one is due and ready. */
  private takeTurns(): void {
    const { stretched } = this;
    if (!stretched) {
      return;
    }
    if (this.needsStretching) {
      if (!this.isStretching) {
        stretched.start(this.onwards(this.direct.position, stretched.warmUp_frames));
        this.isStretching = true;
      } else if (stretched.isWarm) {
        this.blend.aim(1);
      }
    } else if (this.isStretching && this.blend.target === 1) {
      if (stretched.isWarm && this.fade.value > 0) {
        this.direct.start(stretched.position);
        this.blend.aim(0);
      } else {
        this.stop();
        this.begin();
      }
    } else if (this.isStretching && this.blend.isSettled) {
      this.isStretching = false;
    }
  }

  /** Where the song will be after so many samples more. */
  private onwards(position: number, samples: number): number {
    const turn = this.direct.turnAfter(position);
    const { loop } = this.way;
    if (!loop || position + samples < turn) {
      return position + samples;
    }
    return loop.from_sample + ((position + samples - turn) % (turn - loop.from_sample));
  }

  /** What sounds now fades out on its own, while something else may begin. */
  private leave(): void {
    const before = this.leaving;
    const bus = stereo(this.fade_samples);
    for (let at = 0; this.isRunning && at < this.fade_samples;) {
      at += this.render(bus, at, Math.min(this.fade_samples - at, PIECE_SAMPLES_MAX), false);
    }
    this.leaving = { bus, at: 0 };
    if (before) {
      for (const side of [0, 1] as const) {
        before.bus[side].subarray(before.at).forEach((sample, frame) => (bus[side][frame]! += sample));
      }
    }
  }

  private giveLeaving(output: Bus, at_frame: number, frames: number): void {
    if (!this.leaving) {
      return;
    }
    const { bus, at } = this.leaving;
    for (const side of [0, 1] as const) {
      bus[side].subarray(at, at + frames).forEach((sample, frame) => (output[side][at_frame + frame]! += sample));
    }
    this.leaving = at + frames < this.fade_samples ? { bus, at: at + frames } : null;
  }
}
