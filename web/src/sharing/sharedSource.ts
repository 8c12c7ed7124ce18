/**
 * What a link opens, read with its token alone: nobody needs an account for it. The token goes where no log keeps it: into a
 * body or a header, never into an address.
 */

import { api, told, unsigned, type Schemas } from "$/api/client";
import { Problem } from "$/api/problem";
import type { TrackSource } from "$/player/source";

export type Opened = Schemas["OpenedShare"];

/** Throws Problem; `isGone` tells of a link that opens nothing. */
export function openShare(token: string, signal: AbortSignal): Promise<Opened> {
  return told(api.POST("/v1/shares/open", { body: { token }, headers: unsigned, signal }));
}

/** The same for a link that never was, has expired or was revoked, and for one whose track was deleted. */
export function isGone(error: unknown): boolean {
  return error instanceof Problem && error.reason === "SHARE_NOT_FOUND";
}

/** `ongone` is told when the link ends while its track is open. */
export function sharedTrack(token: string, ongone: () => void): TrackSource {
  const header = { "X-Share-Token": token };
  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      return await answer;
    } catch (error) {
      if (isGone(error)) {
        ongone();
      }
      throw error;
    }
  };
  return {
    readManifest: (from, signal) =>
      watched(told(api.GET("/v1/shares/manifest", { params: { query: { from }, header }, headers: unsigned, signal }))),
    fetchSegment: (stem, index, signal) =>
      watched(
        told(
          api.GET("/v1/shares/segments/{stem}/{index}", {
            params: { path: { stem, index: String(index) }, header },
            headers: { ...unsigned, Accept: "audio/flac" },
            parseAs: "arrayBuffer",
            // A loop asks for the same segments again and again; the server's ETag lets the browser keep them.
            cache: "default",
            signal,
          }),
        ) as Promise<ArrayBuffer>,
      ),
  };
}
