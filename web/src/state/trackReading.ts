/** Readings of the list that take more than one request. */

import { trackPage, type TrackPage, type TrackQuery } from "$/state/trackPages";

/** The most that the server gives at once. */
const PAGE_MAX = 200;

/** As many tracks as that from the beginning, or all there are; what is kept on this device ends the reading. */
export async function trackPages(
  query: TrackQuery,
  { count, signal }: { count: number; signal: AbortSignal },
): Promise<TrackPage> {
  const read = await trackPage(query, { limit: PAGE_MAX, signal });
  while (read.next_cursor && !read.isKept && read.tracks.length < count) {
    const page = await trackPage(query, { cursor: read.next_cursor, limit: PAGE_MAX, signal });
    read.tracks.push(...page.tracks);
    read.next_cursor = page.next_cursor;
    read.isKept = page.isKept;
  }
  return read;
}

/** An answer that is from before no change here, which `changes` counts: else it is asked for anew, unless all is over. */
export async function unchanged<T>(ask: () => Promise<T>, changes: () => number, isOver: () => boolean): Promise<T> {
  for (;;) {
    const before = changes();
    const answer = await ask();
    if (before === changes() || isOver()) {
      return answer;
    }
  }
}
