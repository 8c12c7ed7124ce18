// Has the segments that are due fetched and decoded, and those that no longer are forgotten.

import type { SegmentBytes } from "./messages";
import type { StemSegment } from "./song";

const LOADS_MAX = 2;

/** What decodes or mixes is gone, and this engine with it. */
export class EngineBroken extends Error {
  override name = "EngineBroken";
}

export interface LoaderOptions {
  stems: readonly string[];
  fetchSegment(stem: string, index: number, signal: AbortSignal): Promise<ArrayBuffer>;
  judge(error: unknown): { retry_s: number | null; text: string };
  decode(segment: SegmentBytes): void;
  /** Whatever became of that load: being decoded or held by the mixer. */
  forget(load: number): void;
  wait(delay_s: number, signal: AbortSignal): Promise<void>;
  /** Something was given up or became held. */
  onChange(): void;
}

interface Slot {
  load: number;
  segment: StemSegment;
  isHeld: boolean;
  stopping: AbortController;
}

export class Loader {
  /** Why it gave up; empty while it has not. */
  failure = "";
  private readonly slots = new Map<number, Slot>();
  private loads = 0;

  constructor(private readonly options: LoaderOptions) {}

  get indices(): number[] {
    return [...this.slots.keys()];
  }

  isHeld(index: number): boolean {
    return this.slots.get(index)?.isHeld ?? false;
  }

  /** Loads what is due, the first of it first, and forgets all else. */
  turn(due: readonly StemSegment[]): void {
    const kept = new Set(due.map(({ index }) => index));
    for (const [index, slot] of this.slots) {
      if (!kept.has(index)) {
        this.forget(slot);
      }
    }
    // What is to sound first comes first, and alone: anything beside it would make it wait.
    const loadsMax = due[0] && this.isHeld(due[0].index) ? LOADS_MAX : 1;
    let underWay = [...this.slots.values()].filter(({ isHeld }) => !isHeld).length;
    for (const segment of due) {
      if (this.failure || underWay >= loadsMax) {
        return;
      }
      if (!this.slots.has(segment.index)) {
        underWay += 1;
        this.begin(segment);
      }
    }
  }

  held(load: number): void {
    const slot = this.slotOf(load);
    if (slot) {
      slot.isHeld = true;
      this.options.onChange();
    } else {
      this.options.forget(load);
    }
  }

  /** It was fetched and could not be decoded. */
  refused(load: number, error: unknown): void {
    const slot = this.slotOf(load);
    if (slot) {
      void this.judge(slot, error).then((isToRetry) => (isToRetry ? this.fetch(slot) : undefined));
    }
  }

  /** Nothing more can be loaded or played, for that reason. */
  giveUp(error: unknown): void {
    this.failure = this.options.judge(error).text;
    this.options.onChange();
  }

  /** Tries again what it gave up. */
  resume(): void {
    this.failure = "";
  }

  close(): void {
    for (const slot of this.slots.values()) {
      this.forget(slot);
    }
  }

  private slotOf(load: number): Slot | undefined {
    return [...this.slots.values()].find((slot) => slot.load === load);
  }

  private begin(segment: StemSegment): void {
    this.loads += 1;
    const slot = { load: this.loads, segment, isHeld: false, stopping: new AbortController() };
    this.slots.set(segment.index, slot);
    void this.fetch(slot);
  }

  private forget(slot: Slot): void {
    slot.stopping.abort();
    this.slots.delete(slot.segment.index);
    this.options.forget(slot.load);
  }

  private async fetch(slot: Slot): Promise<void> {
    const { signal } = slot.stopping;
    const { index, first_sample, length_samples } = slot.segment;
    const { stems, fetchSegment, decode } = this.options;
    for (;;) {
      try {
        const bytes = await Promise.all(stems.map((stem) => fetchSegment(stem, index, signal)));
        if (!signal.aborted) {
          decode({ load: slot.load, index, first_sample, length_samples, stems: bytes });
        }
        return;
      } catch (error) {
        if (!(await this.judge(slot, error))) {
          return;
        }
      }
    }
  }

  /** Whether to try again, after having waited for that. */
  private async judge(slot: Slot, error: unknown): Promise<boolean> {
    const { signal } = slot.stopping;
    if (signal.aborted) {
      return false;
    }
    const { retry_s, text } = this.options.judge(error);
    if (retry_s === null) {
      this.failure = text;
      this.forget(slot);
      this.options.onChange();
      return false;
    }
    await this.options.wait(retry_s, signal).catch(() => undefined);
    return !signal.aborted;
  }
}
