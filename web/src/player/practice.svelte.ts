/** What a listener practises with: tempo, pitch, a loop, a metronome. */

import type { Bars } from "$/audio/beats";
import type { Click, Loop } from "$/audio/engine";
import { loopBetween, movedByBeats, snapped } from "$/player/beats";
import { gainOf } from "$/player/mixing";
import { prefer, preferences } from "$/player/preferences.svelte";
import { freshView, LOOP_S_MIN, PITCH, TEMPO, type LoopView, type PlayerView } from "$/player/view";

/** What is kept of it with a song. */
type Kept = Omit<PlayerView, "v" | "lanes" | "at_s">;

const USUAL: Kept = freshView();

/** What it sets. */
export interface Tuned {
  setTempo(ratio: number): void;
  setPitch(semitones: number): void;
  moveDrums(areMoved: boolean): void;
  setLoop(loop: Loop | null): void;
  setClick(click: Click | null): void;
  countIn(beats: number): void;
}

export type LoopPoint = "a" | "b";

/** What became of a loop's point otherwise than the listener may have meant it. */
export type LoopNote = "isBeforeA" | "passedB";

export class Practice {
  tempo_percent = $state(TEMPO.usual as number);
  pitch_semitones = $state(PITCH.usual as number);
  a_s = $state<number | null>(null);
  b_s = $state<number | null>(null);
  isLooping = $state(false);
  /** Of the last point that was set; null where all went as asked. */
  loopNote = $state<LoopNote | null>(null);
  movesDrums = $state(USUAL.movesDrums);
  beats_in_bar = $state(USUAL.beats_in_bar);
  first_beat = $state(USUAL.first_beat);
  isClicking = $state(USUAL.isClicking);
  beats_s = $state.raw<readonly number[]>([]);
  /** Nothing here can change tempo or pitch. */
  isFixed = $state(false);

  /** Both points of the loop, whether it repeats now or not. */
  readonly points = $derived.by((): LoopView | null =>
    this.a_s !== null && this.b_s !== null ? { from_s: this.a_s, to_s: this.b_s, isOn: this.isLooping } : null,
  );
  readonly loop = $derived.by((): Loop | null =>
    this.points?.isOn ? { from_s: this.points.from_s, to_s: this.points.to_s } : null,
  );

  /** What sounds, if anything does yet. */
  constructor(private readonly tuned: () => Tuned | null) {}

  get bars(): Bars {
    return { downbeat_every: this.beats_in_bar, downbeat_first: this.first_beat };
  }

  get kept(): Kept {
    const { tempo_percent, pitch_semitones, movesDrums, beats_in_bar, first_beat, isClicking } = this;
    return { tempo_percent, pitch_semitones, movesDrums, loop: this.points, beats_in_bar, first_beat, isClicking };
  }

  /** As it was left, linked to or shared. */
  begin(kept: Kept): void {
    this.setTempo(kept.tempo_percent);
    this.setPitch(kept.pitch_semitones);
    this.moveDrums(kept.movesDrums);
    this.setLoop(kept.loop, kept.loop?.isOn);
    this.beats_in_bar = kept.beats_in_bar;
    this.first_beat = kept.first_beat;
    // Where the beats are not known yet it clicks from then on.
    this.isClicking = kept.isClicking;
    this.giveClick();
  }

  setTempo(percent: number): void {
    const wanted = Math.min(TEMPO.max, Math.max(TEMPO.min, Math.round(percent)));
    this.tempo_percent = this.isFixed ? TEMPO.usual : wanted;
    this.tuned()?.setTempo(this.tempo_percent / 100);
  }

  setPitch(semitones: number): void {
    const wanted = Math.min(PITCH.max, Math.max(PITCH.min, Math.round(semitones)));
    this.pitch_semitones = this.isFixed ? PITCH.usual : wanted;
    this.tuned()?.setPitch(this.pitch_semitones);
  }

  moveDrums(areMoved: boolean): void {
    this.movesDrums = areMoved;
    this.tuned()?.moveDrums(areMoved);
  }

  reset(): void {
    this.setTempo(TEMPO.usual);
    this.setPitch(PITCH.usual);
  }

  /** What sounds cannot be changed: what is shown is what is heard. */
  fix(): void {
    this.isFixed = true;
    this.reset();
  }

  setA(at_s: number): void {
    this.a_s = this.#onGrid(at_s);
    const isPassed = this.b_s !== null && this.b_s - this.a_s < LOOP_S_MIN;
    if (isPassed) {
      this.b_s = null;
    }
    this.loopNote = isPassed ? "passedB" : null;
    this.#loopFrom(this.b_s !== null);
  }

  setB(at_s: number): void {
    const loop = loopBetween(this.#grid, this.a_s ?? 0, at_s, LOOP_S_MIN);
    if (!loop || at_s <= (this.a_s ?? 0)) {
      this.loopNote = "isBeforeA";
    } else {
      this.setLoop({ from_s: this.a_s ?? 0, to_s: loop.to_s });
    }
  }

  /** That point so many beats further, or tenths of a second, while both stay in the song and apart. */
  nudge(point: LoopPoint, by: number, duration_s: number): void {
    const at_s = point === "a" ? this.a_s : this.b_s;
    if (at_s === null) {
      return;
    }
    const low_s = point === "a" ? 0 : (this.a_s ?? 0) + LOOP_S_MIN;
    const high_s = point === "a" && this.b_s !== null ? this.b_s - LOOP_S_MIN : duration_s;
    const to_s = Math.min(Math.max(0, this.#onGrid(movedByBeats(this.#grid, at_s, by))), duration_s);
    if (to_s >= low_s && to_s <= high_s) {
      this[point === "a" ? "a_s" : "b_s"] = Math.round(to_s * 1000) / 1000;
      this.loopNote = null;
      this.#loopFrom(this.isLooping);
    }
  }

  /** Between two places that somebody dragged over; false where they are too near for a loop. */
  drag(one_s: number, other_s: number): boolean {
    const loop = loopBetween(this.#grid, one_s, other_s, LOOP_S_MIN);
    if (loop) {
      this.setLoop(loop);
    }
    return loop !== null;
  }

  setLoop(loop: Loop | null, isOn = true): void {
    this.a_s = loop?.from_s ?? null;
    this.b_s = loop?.to_s ?? null;
    this.loopNote = null;
    this.#loopFrom(isOn && loop !== null);
  }

  /** False where there is nothing to repeat. */
  toggleLoop(): boolean {
    const canLoop = this.a_s !== null && this.b_s !== null;
    if (canLoop) {
      this.loopNote = null;
    }
    this.#loopFrom(canLoop && !this.isLooping);
    return canLoop;
  }

  /** The beats, once they are known. */
  know(beats_s: readonly number[]): void {
    if (beats_s.length !== this.beats_s.length || beats_s.some((beat_s, number) => beat_s !== this.beats_s[number])) {
      this.beats_s = beats_s;
      this.giveClick();
    }
  }

  toggleClick(): void {
    this.isClicking = !this.isClicking && this.beats_s.length > 0;
    this.giveClick();
  }

  setClickVolume(volume: number): void {
    prefer({ clickVolume: volume });
    this.giveClick();
  }

  setBeatsInBar(beats: number): void {
    this.beats_in_bar = beats;
    this.setFirstBeat(this.first_beat);
  }

  setFirstBeat(beat: number): void {
    this.first_beat = Math.min(beat, this.beats_in_bar - 1);
    this.giveClick();
  }

  /** The next time it begins to play, so many bars are counted first. */
  countIn(): void {
    this.tuned()?.countIn(this.beats_s.length ? preferences.countInBars * this.beats_in_bar : 0);
  }

  /** All of it, to what has just begun to sound. */
  giveAll(): void {
    const tuned = this.tuned();
    tuned?.setTempo(this.tempo_percent / 100);
    tuned?.setPitch(this.pitch_semitones);
    tuned?.moveDrums(this.movesDrums);
    tuned?.setLoop(this.loop);
    this.giveClick();
  }

  /** One of no volume is not heard, and still tells where beats are to count in. */
  giveClick(): void {
    const gain = this.isClicking ? gainOf(preferences.clickVolume) : 0;
    const click = { beats_s: this.beats_s, ...this.bars, gain };
    this.tuned()?.setClick(this.beats_s.length ? click : null);
  }

  get #grid(): readonly number[] {
    return preferences.snaps ? this.beats_s : [];
  }

  #onGrid(at_s: number): number {
    return snapped(this.#grid, at_s);
  }

  #loopFrom(isLooping: boolean): void {
    this.isLooping = isLooping;
    this.tuned()?.setLoop(this.loop);
  }
}
