/** Pages of the library: which tracks are wanted, in which order, and the requests for them. */

import { api } from "$/api/client";
import { KEPT_HEADER } from "$/offline/answering";
import { keptTracks } from "$/offline/kept.svelte";
import type { TrackNow } from "$/state/track";

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
  next_cursor: string | null;
  /** From this device: what was true at an earlier visit. */
  isKept: boolean;
}

export async function trackPage(
  query: TrackQuery,
  { cursor, limit, signal }: { cursor?: string | null; limit: number; signal?: AbortSignal },
): Promise<TrackPage> {
  const asked = {
    limit,
    ...(query.text && { q: query.text }),
    ...(query.tag && { tag: query.tag }),
    ...(query.sort !== EVERYTHING.sort && { sort: query.sort }),
    ...(cursor && { cursor }),
  };
  const { data, response } = await api.GET("/v1/tracks", { params: { query: asked }, ...(signal && { signal }) });
  const page = { ...data!, isKept: response.headers.has(KEPT_HEADER) };
  return page.isKept && !query.text && !query.tag && !cursor ? withKept(page) : page;
}

export function idsOf(page: TrackPage): string[] {
  return page.tracks.map((track) => track.track_id);
}

/** Tracks that are kept on this device can be played, on whichever page the server would tell of them. */
async function withKept(page: TrackPage): Promise<TrackPage> {
  const told = new Set(page.tracks.map((track) => track.track_id));
  const others = (await keptTracks()).filter((track) => !told.has(track.track_id));
  others.sort((a, b) => b.created_at.localeCompare(a.created_at));
  return { ...page, tracks: [...page.tracks, ...others] };
}
