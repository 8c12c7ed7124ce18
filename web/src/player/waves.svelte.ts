/** What the waveforms show: every stem's peaks, and the part of the song in sight. */

import type { Schemas } from "$/api/client";
import { Peaks } from "$/player/peaks";
import { following, isWhole, moved, scaled, wholeSong, type Span } from "$/player/timeline";

export class Waves {
  duration_s = $state(0);
  rate_hz = $state(1);
  span = $state.raw<Span>(wholeSong(0));
  /** Counts what came, so that it is drawn. */
  turn = $state(0);
  readonly isWhole = $derived.by(() => isWhole(this.span, this.duration_s));

  #peaks = new Map<string, Peaks>();
  #wasShown = true;

  begin(stems: readonly string[], rate_hz: number): void {
    this.#peaks = new Map(stems.map((stem) => [stem, new Peaks()]));
    this.rate_hz = rate_hz;
    this.turn += 1;
  }

  peaksOf(stem: string): Peaks | undefined {
    return this.#peaks.get(stem);
  }

  grow(segments: readonly Schemas["Segment"][], duration_s: number): void {
    for (const segment of segments) {
      for (const { stem, peaks } of segment.stems) {
        this.#peaks.get(stem)?.put(segment.first_sample, segment.length_samples, peaks);
      }
    }
    if (duration_s !== this.duration_s) {
      const wasWhole = this.isWhole;
      this.duration_s = duration_s;
      this.span = wasWhole ? wholeSong(duration_s) : moved(this.span, duration_s, 0);
    }
    this.turn += 1;
  }

  zoom(factor: number, anchor_s: number): void {
    this.span = scaled(this.span, this.duration_s, factor, anchor_s);
  }

  showWhole(): void {
    this.span = wholeSong(this.duration_s);
  }

  move(by_s: number): void {
    this.span = moved(this.span, this.duration_s, by_s);
  }

  /** Who looked away from the position is left alone until it is in sight again, or `isForced`. */
  follow(position_s: number, isForced = false): void {
    const isShown = position_s >= this.span.from_s && position_s <= this.span.to_s;
    if (this.#wasShown || isShown || isForced) {
      this.span = following(this.span, this.duration_s, position_s);
    }
    this.#wasShown = position_s >= this.span.from_s && position_s <= this.span.to_s;
  }

  /** The listener moved what is shown. */
  look(position_s: number): void {
    this.#wasShown = position_s >= this.span.from_s && position_s <= this.span.to_s;
  }
}
