/** Where a track's manifest and segments come from: the listener's own library, or what somebody shared. */

import { api, told, type Schemas, type Track } from "$/api/client";

/** What the desk needs of a track; of one that was shared no more is told. */
export type DeskTrack = Pick<
  Track,
  "title" | "artist" | "state" | "audio" | "duration_s" | "stems" | "playable_s" | "segments"
>;

export interface DeskManifest {
  track: DeskTrack;
  segments: Schemas["Segment"][];
  analysis: Schemas["Analysis"] | null;
  /** Of the listener's own tracks, once they are ready. */
  report?: Schemas["Report"] | null;
}

export interface TrackSource {
  /** The track, and its segments from an index on, as many as one answer holds. Throws Problem. */
  readManifest(from: number, signal: AbortSignal): Promise<DeskManifest>;
  /** One segment of one stem, a FLAC file. Throws Problem. */
  fetchSegment(stem: string, index: number, signal: AbortSignal): Promise<ArrayBuffer>;
}

/** A track of the listener's own. */
export function ownTrack(track_id: string): TrackSource {
  return {
    readManifest: (from, signal) =>
      told(api.GET("/v1/tracks/{track_id}/manifest", { params: { path: { track_id }, query: { from } }, signal })),
    fetchSegment: (stem, index, signal) =>
      told(
        api.GET("/v1/tracks/{track_id}/segments/{stem}/{index}", {
          params: { path: { track_id, stem, index: String(index) } },
          parseAs: "arrayBuffer",
          headers: { Accept: "audio/flac" },
          // A loop asks for the same segments again and again; the server's ETag lets the browser keep them.
          cache: "default",
          signal,
        }),
      ) as Promise<ArrayBuffer>,
  };
}
