/** What is true of each track that was told of, by whoever told it last. */

import { SvelteMap } from "svelte/reactivity";
import { isUnderWay, type TrackNow } from "$/state/track";

export class KnownTracks {
  /** Counts songs that began and ended. */
  moves = $state(0);
  readonly #byId = new SvelteMap<string, TrackNow>();

  get(track_id: string): TrackNow | undefined {
    return this.#byId.get(track_id);
  }

  all(): Iterable<TrackNow> {
    return this.#byId.values();
  }

  clear(): void {
    this.#byId.clear();
  }

  drop(track_id: string): void {
    this.#byId.delete(track_id);
  }

  /** As the server tells them. What events told of one state says nothing of the next, and nothing once they are over. */
  take(told: readonly TrackNow[], isStreamed: (track_id: string) => boolean): void {
    for (const track of told) {
      const known = this.get(track.track_id);
      this.#put(known?.state === track.state && isStreamed(track.track_id) ? { ...known, ...track } : track);
    }
  }

  /** As an event tells it. */
  tell(track_id: string, news: Partial<TrackNow>): void {
    const known = this.get(track_id);
    if (known) {
      this.#put({ ...known, ...news });
    }
  }

  #put(track: TrackNow): void {
    const known = this.get(track.track_id);
    if (known ? known.state !== track.state : isUnderWay(track)) {
      this.moves += 1;
    }
    this.#byId.set(track.track_id, track);
  }
}
