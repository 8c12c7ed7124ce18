/** How far the list was scrolled, for whoever comes back from a track. Another question, and another person, begin at its head. */

import type { TrackQuery } from "$/state/trackPages";

export class ListPlace {
  #of: TrackQuery | null = null;
  #scrolled_px = 0;

  /** `query` is the very one that the list shows: each new one is another object, also when it asks the same. */
  of(query: TrackQuery): number {
    return query === this.#of ? this.#scrolled_px : 0;
  }

  scrolled(query: TrackQuery, scrolled_px: number): void {
    this.#of = query;
    this.#scrolled_px = scrolled_px;
  }
}

export const listPlace = new ListPlace();
