/** What would sound, without sound: it does as it is told. */

import { vi } from "vitest";
import type { EngineOptions, EngineState } from "$/audio/engine";

export const RATE_HZ = 1000;

export class MadeEngine extends EventTarget {
  static opened: MadeEngine[] = [];
  static open = vi.fn(async (options: EngineOptions) => new MadeEngine(options));
  state: EngineState = "idle";
  wanted = false;
  failure = "";
  isBroken = false;
  isClosed = false;
  position_s: number;
  playable_s = 0;
  readonly append = vi.fn((segments: readonly { first_sample: number; length_samples: number }[]) => {
    const last = segments.at(-1);
    this.playable_s = last ? (last.first_sample + last.length_samples) / RATE_HZ : this.playable_s;
  });
  readonly setLane = vi.fn();
  readonly setTempo = vi.fn();
  readonly setPitch = vi.fn();
  readonly moveDrums = vi.fn();
  readonly setLoop = vi.fn();
  readonly setClick = vi.fn();
  readonly countIn = vi.fn();

  constructor(readonly options: EngineOptions) {
    super();
    this.position_s = options.from_s ?? 0;
    MadeEngine.opened.push(this);
  }

  static get last(): MadeEngine {
    return MadeEngine.opened.at(-1)!;
  }

  readonly play = vi.fn(async () => this.become("playing", true));
  readonly pause = vi.fn(async () => this.become("paused", false));

  become(state: EngineState, wanted: boolean): void {
    this.state = state;
    this.wanted = wanted;
    this.dispatchEvent(new Event("change"));
  }

  seek(to_s: number): number {
    this.position_s = Math.min(to_s, this.playable_s);
    return this.position_s;
  }

  levels(): Float32Array {
    return new Float32Array(2);
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

/** An element that plays a file. */
export class MadeAudio extends EventTarget {
  static made: MadeAudio[] = [];
  loop = false;
  paused = true;
  volume = 1;
  muted = false;
  disableRemotePlayback = false;
  refusal: Error | null = null;
  readonly load = vi.fn();

  constructor(public src: string) {
    super();
    MadeAudio.made.push(this);
  }

  readonly play = vi.fn(async () => {
    if (this.refusal) {
      throw this.refusal;
    }
    this.paused = false;
    this.dispatchEvent(new Event("play"));
  });

  pause(): void {
    if (!this.paused) {
      this.paused = true;
      this.dispatchEvent(new Event("pause"));
    }
  }

  removeAttribute(): void {
    this.src = "";
  }
}
