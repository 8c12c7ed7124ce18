/** A track as the page knows it, and what follows from its state. */

import type { Schemas, Track } from "$/api/client";

/** No server keeps an upload longer, and it was there before its track. */
const UPLOAD_LIFE_MS_MAX = 24 * 3600 * 1000;

/** What events tell of a track besides the track itself. */
interface Told {
  percent?: number;
  eta_s?: number | null;
  jobs_ahead?: number;
}

export type TrackNow = Track & Told;

/** A track of a list, which tells of its separation what events tell of others. */
export function trackNow({ progress, ...track }: Schemas["ListedTrack"]): TrackNow {
  return { ...track, ...progress };
}

/** What a person may change of a track. */
export interface Change {
  title?: string;
  artist?: string;
  tags?: string[];
}

export function isUnderWay(track: Pick<Track, "state">): boolean {
  return track.state === "checking" || track.state === "separating";
}

/** How much is made. Never 100 before it is ready: rounding must not promise what is still to come. */
export function percentOf(track: TrackNow): number {
  if (track.state === "ready") {
    return 100;
  }
  const counted = track.duration_s ? (100 * track.playable_s) / track.duration_s : 0;
  return Math.min(99.9, Math.max(track.percent ?? 0, counted));
}

/** Whether trying again can help. */
export function canRetry(track: Track): boolean {
  return track.state === "cancelled"
    ? track.upload_held
    : track.state === "failed" && track.failure?.retryable !== false;
}

/** A moment by which an upload that is still kept is erased at the latest: counted from when the track was made of it. */
export function uploadGoneBy({ created_at }: Pick<Track, "created_at">): string {
  return new Date(Date.parse(created_at) + UPLOAD_LIFE_MS_MAX).toISOString();
}

/** The order in which they are separated, with the one that is looked at before all. */
export function nextInTurn(tracks: Iterable<TrackNow>, watched: string | null): TrackNow[] {
  return [...tracks]
    .filter(isUnderWay)
    .sort(
      (a, b) =>
        Number(b.track_id === watched) - Number(a.track_id === watched) || a.created_at.localeCompare(b.created_at),
    );
}
