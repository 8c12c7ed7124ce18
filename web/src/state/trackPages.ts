/** Pages of the library: which tracks are wanted, in which order, and the requests for them. */

import { api, told } from "$/api/client";
import { KEPT_HEADER } from "$/offline/answering";
import { keptTracks } from "$/offline/kept.svelte";
import { trackNow, type TrackNow } from "$/state/track";

export const SORTS = ["newest", "title", "artist", "length"] as const;
export type Sort = (typeof SORTS)[number];

export interface TrackQuery {
  /** Words that title or artist must contain. */
  text: string;
  sort: Sort;
  /** Only tracks that carry it; empty for all. */
  tag: string;
}

export const EVERYTHING: TrackQuery = { text: "", sort: "newest", tag: "" };

export function isEverything(query: TrackQuery): boolean {
  return !query.text && !query.tag && query.sort === EVERYTHING.sort;
}

export interface TrackPage {
  tracks: TrackNow[];
  /** Which row the first of them is. */
  offset: number;
  /** How many there are in all. */
  total: number;
  /** From this device: what was true at an earlier visit. */
  isKept: boolean;
}

export async function trackPage(
  query: TrackQuery,
  { offset = 0, limit, signal }: { offset?: number; limit: number; signal?: AbortSignal },
): Promise<TrackPage> {
  const asked = {
    limit,
    ...(query.text && { q: query.text }),
    ...(query.tag && { tag: query.tag }),
    ...(query.sort !== EVERYTHING.sort && { sort: query.sort }),
    ...(offset && { offset }),
  };
  const { data, response } = await api.GET("/v1/tracks", { params: { query: asked }, ...(signal && { signal }) });
  const page = {
    tracks: data!.tracks.map(trackNow),
    offset,
    total: data!.total,
    isKept: response.headers.has(KEPT_HEADER),
  };
  if (!page.isKept) {
    return page;
  }
  const tracks = query.text || query.tag ? page.tracks : await withKept(page.tracks);
  // Of the others there is nothing to show.
  return { ...page, tracks, total: tracks.length };
}

/** Those of these tracks that there still are, as they are now: at most 50. Throws Problem. */
export async function tracksNow(track_ids: readonly string[]): Promise<TrackNow[]> {
  const query = { tracks: track_ids.join(",") };
  return (await told(api.GET("/v1/progress", { params: { query } }))).tracks.map(trackNow);
}

/** Tracks that are kept on this device can be played, on whichever page the server would tell of them. */
async function withKept(tracks: TrackNow[]): Promise<TrackNow[]> {
  const told = new Set(tracks.map((track) => track.track_id));
  const others = (await keptTracks()).filter((track) => !told.has(track.track_id));
  others.sort((a, b) => b.created_at.localeCompare(a.created_at));
  return [...tracks, ...others];
}
