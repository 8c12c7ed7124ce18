// The audio thread's end of the mixer: messages in, samples and reports out.

import { openStretcher, type WasmStretcher } from "./stretch.wasm";
import type { FromMixer, MixerSetup, ToBlocks, ToMixer } from "./messages";
import { Mixer } from "./mixer";
import { Resampler } from "./resampler";

declare const sampleRate: number;
declare const currentTime: number;
declare function registerProcessor(name: string, processor: unknown): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

const REPORT_EVERY_S = 0.02;

class MixerProcessor extends AudioWorkletProcessor {
  private readonly mixer: Mixer;
  private readonly resampler: Resampler | null;
  private turn = 0;
  private reported_s = -Infinity;
  private pace = 0;
  private isClosed = false;
  private stretchers: readonly WasmStretcher[] = [];
  private stretchers_bytes = 0;

  constructor({ processorOptions }: { processorOptions: MixerSetup }) {
    super();
    const { rate_hz, stems, from_sample } = processorOptions;
    const mixer = new Mixer(stems, rate_hz, from_sample);
    this.mixer = mixer;
    const give = (output: readonly [Float32Array, Float32Array], frames: number) => mixer.process(output, frames);
    this.resampler = rate_hz === sampleRate ? null : new Resampler(rate_hz / sampleRate, give);
    this.port.onmessage = ({ data }: MessageEvent<ToMixer>) => this.take(data);
    const stretchers = Array.from({ length: mixer.stretchersWanted }, () => openStretcher(rate_hz));
    Promise.all(stretchers).then(
      (opened) => {
        mixer.stretchWith(opened);
        this.stretchers = opened;
        this.post({ kind: "stretchers", areOpen: true });
      },
      () => this.post({ kind: "stretchers", areOpen: false }),
    );
  }

  process(_inputs: unknown, outputs: Float32Array[][]): boolean {
    const [left, right] = outputs[0] ?? [];
    if (left && right) {
      if (this.resampler) {
        this.resampler.process([left, right], left.length);
      } else {
        this.mixer.process([left, right], left.length);
      }
      this.tell(currentTime + left.length / sampleRate);
    }
    return !this.isClosed;
  }

  private take(message: ToMixer): void {
    const { mixer } = this;
    switch (message.kind) {
      case "blocks":
        message.port.onmessage = ({ data }: MessageEvent<ToBlocks>) => {
          mixer.blocks.hold(data);
          this.post({ kind: "held", load: data.load });
        };
        return;
      case "drop":
        return mixer.blocks.drop(message.load);
      case "play":
        return mixer.play(message.countIn);
      case "pause":
        return mixer.pause();
      case "seek":
        this.turn = message.turn;
        return mixer.seek(message.to_sample);
      case "lane":
        return mixer.setLane(message.stem, message.mix);
      case "tempo":
        return mixer.setTempo(message.ratio);
      case "pitch":
        return mixer.setPitch(message.semitones);
      case "drums":
        return mixer.moveDrums(message.areMoved);
      case "loop":
        return mixer.setLoop(message.loop);
      case "click":
        return mixer.setClick(message.click);
      case "end":
        return mixer.setEnd(message.end_sample);
      case "tap":
        return mixer.listener.tap(message.id, message.frames);
      case "close":
        this.isClosed = true;
    }
  }

  private tell(at_s: number): void {
    const tapped = this.mixer.listener.full();
    if (tapped) {
      this.post({ kind: "tapped", ...tapped });
    }
    const { position, pace, isQuiet } = this.mixer.report;
    if (pace === this.pace && at_s < this.reported_s + REPORT_EVERY_S) {
      return;
    }
    const peaks = this.mixer.listener.peaks.slice();
    this.mixer.listener.peaks.fill(0);
    this.pace = pace;
    this.reported_s = at_s;
    const held_bytes = this.stretchers.reduce((sum, stretcher) => sum + stretcher.held_bytes, 0);
    if (held_bytes !== this.stretchers_bytes) {
      this.stretchers_bytes = held_bytes;
      this.post({ kind: "stretching", held_bytes });
    }
    const held_samples = this.mixer.blocks.samples;
    this.post({ kind: "report", at_s, position, pace, isQuiet, peaks, turn: this.turn, held_samples });
  }

  private post(message: FromMixer): void {
    this.port.postMessage(message);
  }
}

registerProcessor("mixer", MixerProcessor);
