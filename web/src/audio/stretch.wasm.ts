// Signalsmith Stretch as the mixer wants it: stereo, fed by hand.

import { restored } from "./stretch.standin";
import "signalsmith-stretch";
import type { Bus } from "./faders";
import type { Stretcher } from "./voices";

const BLOCK_S = 0.12;
const INTERVAL_S = 0.03;
// Above it, overtones are moved rather than scaled, which keeps cymbals and breath natural.
const TONALITY_HZ = 8000;
const CHANNELS = 2;

interface StretchModule {
  HEAP8: Int8Array<ArrayBuffer>;
  exports?: { memory: WebAssembly.Memory };
  _configure(channels: number, block_samples: number, interval_samples: number, isSplit: boolean): void;
  _setBuffers(channels: number, length_samples: number): number;
  _inputLatency(): number;
  _outputLatency(): number;
  _reset(): void;
  _seek(input_samples: number, tempo: number): void;
  _process(input_samples: number, output_samples: number): void;
  _setTransposeSemitones(semitones: number, tonality: number): void;
}

interface Processor {
  readonly wasmModule: StretchModule;
  readonly port: { postMessage: (message: unknown) => void };
}

const CaughtProcessor = restored();

// The least module that there is.
const EMPTY_MODULE = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

/** Made when its WebAssembly is ready, which is the first thing the processor tells. Raises where none may start. */
export async function openStretcher(rate_hz: number): Promise<WasmStretcher> {
  // Of its own that does not start the processor tells nobody, and would be waited for without end.
  await WebAssembly.instantiate(EMPTY_MODULE);
  const processor = new CaughtProcessor({ numberOfOutputs: 1, outputChannelCount: [CHANNELS] }) as Processor;
  await new Promise((resolve) => (processor.port.postMessage = resolve));
  return new WasmStretcher(processor.wasmModule, rate_hz);
}

export class WasmStretcher implements Stretcher {
  readonly inputLatency_samples: number;
  readonly outputLatency_samples: number;
  private readonly length: number;
  private readonly pointer_bytes: number;
  private memory: ArrayBuffer | null = null;
  private views: Float32Array[] = [];

  constructor(
    private readonly module: StretchModule,
    private readonly rate_hz: number,
  ) {
    // Split, the work of a block is spread over its interval: all at once it would miss a quantum of the audio thread.
    module._configure(CHANNELS, Math.round(BLOCK_S * rate_hz), Math.round(INTERVAL_S * rate_hz), true);
    this.inputLatency_samples = module._inputLatency();
    this.outputLatency_samples = module._outputLatency();
    this.length = this.inputLatency_samples + this.outputLatency_samples;
    this.pointer_bytes = module._setBuffers(CHANNELS, this.length);
    this.transpose(0);
  }

  /** As long as its WebAssembly's memory is. */
  get held_bytes(): number {
    return (this.module.exports?.memory.buffer ?? this.module.HEAP8.buffer).byteLength;
  }

  prime(before: Bus, tempo: number): void {
    this.module._reset();
    this.write(before, this.length);
    this.module._seek(this.length, tempo);
  }

  transpose(semitones: number): void {
    this.module._setTransposeSemitones(semitones, TONALITY_HZ / this.rate_hz);
  }

  process(input: Bus, input_samples: number, output: Bus, at_frame: number, output_samples: number): void {
    this.write(input, input_samples);
    this.module._process(input_samples, output_samples);
    const views = this.channels();
    output.forEach((side, number) => side.set(views[CHANNELS + number]!.subarray(0, output_samples), at_frame));
  }

  private write(bus: Bus, length_samples: number): void {
    const views = this.channels();
    bus.forEach((side, number) => views[number]!.set(side.subarray(0, length_samples)));
  }

  /** Two of input, two of output; made anew when the memory grew. */
  private channels(): Float32Array[] {
    const memory = this.module.exports?.memory.buffer ?? this.module.HEAP8.buffer;
    if (memory !== this.memory) {
      this.memory = memory;
      this.views = Array.from(
        { length: 2 * CHANNELS },
        (_, number) => new Float32Array(memory, this.pointer_bytes + number * this.length * 4, this.length),
      );
    }
    return this.views;
  }
}
