/** What is asked of one track: each answers with the track as it is then. */

import { api, type Track } from "$/api/client";
import type { Change } from "$/state/track";

export type Answer = Promise<{ data?: Track }>;

const of = (track_id: string) => ({ params: { path: { track_id } } });

export const trackRequests = {
  read: (track_id: string): Answer => api.GET("/v1/tracks/{track_id}", of(track_id)),
  cancel: (track_id: string): Answer => api.POST("/v1/tracks/{track_id}/cancel", of(track_id)),
  retry: (track_id: string): Answer => api.POST("/v1/tracks/{track_id}/retry", of(track_id)),
  update: (track_id: string, body: Change): Answer => api.PATCH("/v1/tracks/{track_id}", { ...of(track_id), body }),
  setCover: (track_id: string, picture: Blob): Answer =>
    api.PUT("/v1/tracks/{track_id}/cover", {
      ...of(track_id),
      // The schema has no type for bytes.
      body: picture as unknown as string,
      bodySerializer: (body: unknown) => body as Blob,
      headers: { "Content-Type": "application/octet-stream" },
    }),
  /** Its file's too. */
  removeCover: async (track_id: string): Answer => {
    await api.DELETE("/v1/tracks/{track_id}/cover", of(track_id));
    return trackRequests.read(track_id);
  },
  delete: (track_id: string): Promise<unknown> => api.DELETE("/v1/tracks/{track_id}", of(track_id)),
  /** Asked twice, it is one track. */
  create: (upload_id: string, model: string | null): Answer =>
    api.POST("/v1/tracks", {
      body: { upload_id, ...(model && { model }) },
      params: { header: { "Idempotency-Key": upload_id } },
    }),
};
