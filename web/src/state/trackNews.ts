/** What tabs tell each other of a track. */

export const TRACK_NEWS = ["arrived", "changed", "gone"] as const;
export type TrackNews = (typeof TRACK_NEWS)[number];
