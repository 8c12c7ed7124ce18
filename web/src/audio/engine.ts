// Plays the stems of a track in step, from segments, while the rest is still being made.
//
// This end decides what is loaded and knows what state all is in. Decoding and mixing have threads of their own, and
// samples go from the one to the other directly: a page that is busy neither delays nor holds them.

import { PositionClock } from "./clock";
import { countInOf } from "./click";
import { DecodeError } from "./decoding";
import { EngineBroken, Loader } from "./loader";
import type { FromDecoder, FromMixer, MixerSetup, Report, SegmentBytes, ToDecoder, ToMixer } from "./messages";
import type { Tapped } from "./listener";
import mixerUrl from "./mixer.worklet.ts?worker&url";
import { Output } from "./output";
import { ahead_s, dueSegments, endOfAll, segmentAt } from "./schedule";
import { clamped, FADE_S, loopSamples, PITCH_MAX, TEMPO_MAX, TEMPO_MIN } from "./song";
import type { Click, LaneMix, Loop, LoopSamples, StemSegment } from "./song";
import { verdictOn, type EngineState } from "./verdict";

export { EngineBroken };
export type { Click, EngineState, LaneMix, Loop, StemSegment };

export interface EngineOptions {
  rate_hz: number;
  channels: 1 | 2;
  stems: readonly string[];
  from_s?: number;
  fetchSegment(stem: string, index: number, signal: AbortSignal): Promise<ArrayBuffer>;
  /** Whether a failed fetch may be tried again, after so many seconds (null: give up with that text). */
  judge(error: unknown): { retry_s: number | null; text: string };
  /** Rejects when the signal is aborted first. */
  wait(delay_s: number, signal: AbortSignal): Promise<void>;
}

// Of a start that neither comes nor fails nobody tells; it takes some tenths of a second.
const STRETCHERS_WITHIN_S = 10;

/** Tells "change" of its state, "turn" when it went round the loop, "fault" when tempo and pitch cannot be changed. */
export class Engine extends EventTarget {
  private readonly all: StemSegment[] = [];
  private readonly clock: PositionClock;
  private readonly loader: Loader;
  private readonly peaks: Float32Array;
  private readonly taps = new Map<number, { resolve(tapped: Tapped): void; reject(error: Error): void }>();
  private now: EngineState = "idle";
  private told = "";
  private isWanted = false;
  private hasPlayed = false;
  private hasEnded = false;
  private isComplete = false;
  private isClosed = false;
  private isDecoderDead = false;
  private isMixerDead = false;
  private turnNumber = 0;
  private tapNumber = 0;
  private tempo = 1;
  private loop: LoopSamples | null = null;
  private grid: Click | null = null;
  private beatsToCount = 0;
  private areStretchersKnown = false;
  private starting: ReturnType<typeof setTimeout> | undefined;
  private quietly: (() => void)[] = [];
  private held_samples = 0;
  /** What changes tempo and pitch takes, which no browser counts: for a test of memory too. */
  stretchers_bytes = 0;

  static async open(options: EngineOptions): Promise<Engine> {
    const { rate_hz, stems, from_s = 0 } = options;
    const output = new Output(rate_hz);
    const { context } = output;
    try {
      await context.audioWorklet.addModule(mixerUrl);
      const setup: MixerSetup = { rate_hz, stems, from_sample: Math.round(Math.max(0, from_s) * rate_hz) };
      const shape = { numberOfInputs: 0, outputChannelCount: [2] };
      const node = new AudioWorkletNode(context, "mixer", { ...shape, processorOptions: setup });
      const worker = new Worker(new URL("./decoder.worker.ts", import.meta.url), { type: "module" });
      return new Engine(options, setup, output, node, worker);
    } catch (error) {
      await output.close();
      throw error;
    }
  }

  private constructor(
    private readonly options: EngineOptions,
    setup: MixerSetup,
    private readonly output: Output,
    private readonly node: AudioWorkletNode,
    private readonly worker: Worker,
  ) {
    super();
    this.clock = new PositionClock(options.rate_hz, setup.from_sample);
    this.peaks = new Float32Array(options.stems.length);
    this.loader = new Loader({
      stems: options.stems,
      fetchSegment: (stem, index, signal) => options.fetchSegment(stem, index, signal),
      judge: (error) => options.judge(error),
      decode: (segment) => this.decode(segment),
      forget: (load) => {
        this.tellDecoder({ kind: "forget", load });
        this.tell({ kind: "drop", load });
      },
      wait: (delay_s, signal) => options.wait(delay_s, signal),
      onChange: () => this.turn(),
    });
    this.connect();
  }

  get state(): EngineState {
    return this.now;
  }

  get failure(): string {
    return this.loader.failure;
  }

  /** Only another engine can play on. */
  get isBroken(): boolean {
    return this.isDecoderDead || this.isMixerDead;
  }

  get wanted(): boolean {
    return this.isWanted;
  }

  /** What is heard now. */
  get position_s(): number {
    return this.clock.at(this.output.heard_s, this.loop, this.playable_samples) / this.options.rate_hz;
  }

  /** How much decoded sound the mixer holds, of all stems together: what a test of memory asks for. */
  get held_bytes(): number {
    const { stems, channels } = this.options;
    return this.held_samples * stems.length * channels * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Of segments in order; those already known are passed over. */
  append(segments: readonly StemSegment[], isComplete: boolean): void {
    for (const segment of segments) {
      if (segment.index === this.all.length) {
        this.all.push(segment);
      }
    }
    this.isComplete = isComplete;
    this.tell({ kind: "end", end_sample: isComplete ? this.playable_samples : null });
    this.turn();
  }

  async play(): Promise<void> {
    if (this.isComplete && this.clock.given >= this.playable_samples) {
      this.seek(0);
    }
    this.fallenQuiet();
    const begins = !this.isWanted;
    this.isWanted = true;
    this.hasPlayed = true;
    this.tryAgain();
    if (begins) {
      this.tell({ kind: "play", countIn: this.takeCountIn() });
    }
    this.turn();
    await this.output.start();
    if (!this.areStretchersKnown && !this.isClosed) {
      const giveUp = () => this.hear({ kind: "stretchers", areOpen: false });
      this.starting ??= setTimeout(giveUp, STRETCHERS_WITHIN_S * 1000);
    }
  }

  async pause(): Promise<void> {
    this.isWanted = false;
    this.tell({ kind: "pause" });
    this.output.stop();
    this.turn();
    if (this.output.isRunning) {
      await new Promise<void>((resolve) => this.quietly.push(resolve));
    }
  }

  /** Goes there, or to the end of what is playable; gives where it went, in seconds. */
  seek(to_s: number): number {
    const to_sample = Math.round(clamped(to_s * this.options.rate_hz, 0, this.playable_samples));
    this.hasEnded = false;
    this.turnNumber += 1;
    this.clock.jump(to_sample);
    this.tell({ kind: "seek", to_sample, turn: this.turnNumber });
    // What could not be had elsewhere is not needed here.
    this.tryAgain();
    this.turn();
    return to_sample / this.options.rate_hz;
  }

  setLane(stem: string, mix: LaneMix): void {
    const { gain, pan, sounds } = mix;
    this.tell({ kind: "lane", stem: this.options.stems.indexOf(stem), mix: { gain, pan, sounds } });
  }

  setTempo(ratio: number): void {
    this.tempo = clamped(ratio, TEMPO_MIN, TEMPO_MAX);
    this.tell({ kind: "tempo", ratio: this.tempo });
  }

  /** Drums keep their pitch, unless they are moved too. */
  setPitch(semitones: number): void {
    this.tell({ kind: "pitch", semitones: clamped(semitones, -PITCH_MAX, PITCH_MAX) });
  }

  moveDrums(areMoved: boolean): void {
    this.tell({ kind: "drums", areMoved });
  }

  setLoop(loop: Loop | null): void {
    this.loop = loop ? loopSamples(loop, this.options.rate_hz) : null;
    if (this.loop && this.clock.given >= this.loop.to_sample) {
      this.seek(this.loop.from_sample / this.options.rate_hz);
    }
    this.tell({ kind: "loop", loop: this.loop });
    this.turn();
  }

  /** A click of no gain is not heard, and still tells where the beats are for counting in. */
  setClick(click: Click | null): void {
    const copy = click && { ...click, beats_s: [...click.beats_s] };
    this.grid = copy ?? this.grid;
    this.tell({ kind: "click", click: copy });
  }

  /** The next play() counts so many beats first, if the beats are known from setClick(). */
  countIn(beats: number): void {
    this.beatsToCount = Math.max(0, Math.round(beats));
  }

  levels(): Float32Array {
    const levels = this.peaks.slice();
    this.peaks.fill(0);
    return levels;
  }

  /** What the mixer gives next of every stem, both channels, after its fader and before any fade of the whole. */
  tap(frames: number): Promise<Tapped> {
    this.tapNumber += 1;
    const id = this.tapNumber;
    this.tell({ kind: "tap", id, frames });
    return new Promise((resolve, reject) => this.taps.set(id, { resolve, reject }));
  }

  async close(): Promise<void> {
    if (this.isClosed) {
      return;
    }
    this.loader.close();
    this.tell({ kind: "close" });
    this.isClosed = true;
    clearTimeout(this.starting);
    this.fallenQuiet();
    this.worker.terminate();
    this.node.disconnect();
    this.taps.forEach(({ reject }) => reject(new Error("the engine was closed")));
    this.taps.clear();
    await this.output.close();
  }

  private get playable_samples(): number {
    return endOfAll(this.all);
  }

  private connect(): void {
    const { port1, port2 } = new MessageChannel();
    this.node.port.onmessage = ({ data }: MessageEvent<FromMixer>) => this.hear(data);
    this.node.port.postMessage({ kind: "blocks", port: port1 } satisfies ToMixer, [port1]);
    const toDecoder: ToDecoder = { kind: "blocks", port: port2, channels: this.options.channels };
    this.worker.postMessage(toDecoder, [port2]);
    this.worker.onmessage = ({ data }: MessageEvent<FromDecoder>) =>
      this.loader.refused(data.load, new DecodeError(data.text));
    this.worker.onerror = ({ message }) => {
      this.isDecoderDead = true;
      this.loader.giveUp(new EngineBroken(message));
    };
    this.node.onprocessorerror = () => this.mixerDied();
    this.output.onchange = () => this.turn();
    this.node.connect(this.output.context.destination);
  }

  /** Of where it was nobody will tell any more. */
  private mixerDied(): void {
    const at_sample = Math.round(this.position_s * this.options.rate_hz);
    this.isMixerDead = true;
    this.turnNumber += 1;
    this.clock.jump(at_sample);
    this.loader.giveUp(new EngineBroken("the mixer stopped"));
  }

  private tryAgain(): void {
    if (!this.isBroken) {
      this.loader.resume();
    }
  }

  private hear(message: FromMixer): void {
    switch (message.kind) {
      case "held":
        return this.loader.held(message.load);
      case "tapped": {
        const { id, sample, stems } = message;
        this.taps.get(id)?.resolve({ sample, stems });
        this.taps.delete(id);
        return;
      }
      case "stretchers":
        clearTimeout(this.starting);
        this.areStretchersKnown = true;
        return void (message.areOpen || this.dispatchEvent(new Event("fault")));
      case "stretching":
        this.stretchers_bytes = message.held_bytes;
        return;
      case "report":
        return this.note(message);
    }
  }

  private note(report: Report): void {
    report.peaks.forEach((peak, stem) => (this.peaks[stem] = Math.max(this.peaks[stem]!, peak)));
    this.held_samples = report.held_samples;
    if (report.turn !== this.turnNumber) {
      return;
    }
    if (report.position < this.clock.given) {
      this.dispatchEvent(new Event("turn"));
    }
    this.clock.note({ at_s: report.at_s, position: report.position, pace: report.pace });
    if (report.isQuiet && !this.isWanted) {
      this.fallenQuiet();
      this.output.rest();
    }
    this.turn();
  }

  private fallenQuiet(): void {
    this.quietly.forEach((resolve) => resolve());
    this.quietly = [];
  }

  /** Everything that is due: forget what was played, load what comes next, know the state. */
  private turn(): void {
    if (this.isClosed) {
      return;
    }
    const { rate_hz, channels, stems } = this.options;
    const ahead = ahead_s(rate_hz, channels, stems.length) * rate_hz;
    this.loader.turn(dueSegments(this.all, this.clock.given, ahead, this.loop, Math.round(FADE_S * rate_hz)));
    const state = verdictOn({
      isWanted: this.isWanted,
      hasPlayed: this.hasPlayed,
      hasEnded: this.hasEnded,
      failure: this.failure,
      isDead: this.isMixerDead,
      isHeldBack: this.output.isHeldBack,
      position: this.clock.given,
      playable_samples: this.playable_samples,
      isComplete: this.isComplete,
      isHeld: this.loader.isHeld(segmentAt(this.all, this.clock.given)),
    });
    if (state === "ended" && this.isWanted) {
      this.isWanted = false;
      this.hasEnded = true;
      this.output.stop();
      this.tell({ kind: "pause" });
    }
    if (state !== this.now || this.failure !== this.told) {
      this.now = state;
      this.told = this.failure;
      this.dispatchEvent(new Event("change"));
    }
  }

  private takeCountIn() {
    const beats = this.beatsToCount;
    this.beatsToCount = 0;
    if (!this.grid || beats === 0) {
      return null;
    }
    const click = { ...this.grid, gain: this.grid.gain > 0 ? this.grid.gain : 1 };
    return countInOf(click, this.clock.given, beats, this.tempo, this.options.rate_hz);
  }

  private decode(segment: SegmentBytes): void {
    this.tellDecoder({ kind: "decode", segment }, [...segment.stems]);
  }

  private tell(message: ToMixer): void {
    if (!this.isClosed) {
      this.node.port.postMessage(message);
    }
  }

  private tellDecoder(message: ToDecoder, transfer: Transferable[] = []): void {
    this.worker.postMessage(message, transfer);
  }
}
