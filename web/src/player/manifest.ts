/** Reads a track's manifest as it grows: from the first unknown segment on, one reading at a time. */

import type { Schemas } from "$/api/client";
import { Problem } from "$/api/problem";
import { pause } from "$/api/sending";
import type { DeskManifest, TrackSource } from "$/player/source";
import { isUnderWay } from "$/state/track";

const EVERY_S = 2;
const RETRY_S_MAX = 15;

export interface ManifestListener {
  /** Segments that were not known, in order; `isComplete` when no more will come. */
  ongrow(manifest: DeskManifest, fresh: Schemas["Segment"][], isComplete: boolean): void;
  /** The track was begun again from nothing: what was loaded belongs to no track. */
  onrestart(): void;
  /** It could not be read. It is read again by itself when `willRetry`, else by `poke`. */
  onfault(error: unknown, willRetry: boolean): void;
}

export class ManifestReader {
  #known = 0;
  #isStale = false;
  #waiting = new AbortController();
  readonly #stopping = new AbortController();

  constructor(
    private readonly source: Pick<TrackSource, "readManifest">,
    private readonly listener: ManifestListener,
    private readonly wait: typeof pause = pause,
  ) {}

  /** Something may have changed: read now, or again after the reading that is under way. */
  poke(): void {
    this.#isStale = true;
    this.#waiting.abort(new Error("poked"));
  }

  stop(): void {
    this.#stopping.abort(new Error("stopped"));
    this.#waiting.abort(new Error("stopped"));
  }

  /** Ends when it is stopped. */
  async run(): Promise<void> {
    let faults = 0;
    while (!this.#stopping.signal.aborted) {
      this.#isStale = false;
      this.#waiting = new AbortController();
      let wait_s: number;
      try {
        const manifest = await this.source.readManifest(this.#known, this.#stopping.signal);
        this.#stopping.signal.throwIfAborted();
        faults = 0;
        this.#take(manifest);
        wait_s = isUnderWay(manifest.track) ? EVERY_S : Infinity;
      } catch (error) {
        if (this.#stopping.signal.aborted) {
          return;
        }
        faults += 1;
        wait_s = this.#faultWait_s(error, faults);
        this.listener.onfault(error, wait_s !== Infinity);
      }
      await this.#rest(wait_s);
    }
  }

  #take(manifest: DeskManifest): void {
    const { track } = manifest;
    if (track.segments < this.#known) {
      this.#known = 0;
      this.#isStale = true;
      this.listener.onrestart();
      return;
    }
    const fresh: Schemas["Segment"][] = [];
    for (const segment of manifest.segments) {
      if (segment.index === this.#known) {
        fresh.push(segment);
        this.#known += 1;
      }
    }
    // A long song's manifest comes in pieces.
    this.#isStale ||= fresh.length > 0 && this.#known < track.segments;
    this.listener.ongrow(manifest, fresh, !isUnderWay(track) && this.#known >= track.segments);
  }

  #faultWait_s(error: unknown, faults: number): number {
    const isTransient = error instanceof Problem && error.isTransient;
    return isTransient ? Math.min(RETRY_S_MAX, error.retryAfter_s || EVERY_S * faults) : Infinity;
  }

  async #rest(wait_s: number): Promise<void> {
    const { signal } = this.#waiting;
    if (this.#isStale || signal.aborted) {
      return;
    }
    const poked = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    const waited = wait_s === Infinity ? [] : [this.wait(wait_s, signal).catch(() => undefined)];
    await Promise.race([poked, ...waited]);
  }
}
