/**
 * What a link opens, read with its token alone: nobody needs an account for it. The token goes where no log keeps it: into a
 * body or a header, never into an address.
 */

import { api, told, unsigned, type Schemas } from "$/api/client";

export type Opened = Schemas["OpenedShare"];
export type SharedManifest = Schemas["SharedManifest"];

/** Throws Problem; SHARE_NOT_FOUND alike for a link that never was, has expired or was revoked. */
export function openShare(token: string, signal: AbortSignal): Promise<Opened> {
  return told(api.POST("/v1/shares/open", { body: { token }, headers: unsigned, signal }));
}

/** Throws Problem. */
export function readSharedManifest(token: string, from: number, signal: AbortSignal): Promise<SharedManifest> {
  const params = { query: { from }, header: { "X-Share-Token": token } };
  return told(api.GET("/v1/shares/manifest", { params, headers: unsigned, signal }));
}

/** Throws Problem. */
export function fetchSharedSegment(
  token: string,
  stem: string,
  index: number,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  return told(
    api.GET("/v1/shares/segments/{stem}/{index}", {
      params: { path: { stem, index: String(index) }, header: { "X-Share-Token": token } },
      headers: { ...unsigned, Accept: "audio/flac" },
      parseAs: "arrayBuffer",
      cache: "default",
      signal,
    }),
  ) as Promise<ArrayBuffer>;
}
