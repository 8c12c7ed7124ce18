/** Links that let others play a track: what their maker does with them. */

import { api, told, type Schemas } from "$/api/client";
import type { PlayerView } from "$/player/view";

export type Share = Schemas["Share"];

export const LIVES_S = [86_400, 604_800, 2_592_000, 7_776_000] as const;
export type Life_s = (typeof LIVES_S)[number];

/** Behind the #, which no browser sends to a server. */
export const linkOf = (origin: string, token: string): string => `${origin}/#/shared/${token}`;

/** Throws Problem. */
export async function makeShare(
  track_id: string,
  expires_in_s: Life_s,
  view: PlayerView | undefined,
): Promise<Schemas["NewShare"]> {
  // Members by name: what the gateway takes is any object, and a view is one of a known shape.
  const body = { expires_in_s, ...(view ? { view: { ...view } } : {}) };
  return told(api.POST("/v1/tracks/{track_id}/shares", { params: { path: { track_id } }, body }));
}

/** Those that work, newest first. Throws Problem. */
export async function listShares(track_id: string): Promise<Share[]> {
  return (await told(api.GET("/v1/tracks/{track_id}/shares", { params: { path: { track_id } } }))).shares;
}

/** Throws Problem. */
export async function revokeShare(track_id: string, share_id: string): Promise<void> {
  await api.DELETE("/v1/tracks/{track_id}/shares/{share_id}", { params: { path: { track_id, share_id } } });
}
