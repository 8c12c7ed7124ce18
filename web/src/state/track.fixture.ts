/** For a test: a track, with what the test says of it. */

import type { TrackNow } from "$/state/track";

export function madeTrack(told: Partial<TrackNow> = {}): TrackNow {
  return {
    track_id: "trk_1",
    title: "Night Train",
    artist: "",
    state: "separating",
    audio: null,
    duration_s: 240,
    stems: ["vocals", "drums", "bass", "other"],
    playable_samples: 0,
    playable_s: 0,
    segments: 0,
    failure: null,
    warnings: [],
    remarks: [],
    model: "",
    created_at: "2024-05-01T10:00:00Z",
    updated_at: "2024-05-01T10:00:00Z",
    upload_id: "upl_1",
    upload_held: true,
    upload_erased_at: null,
    tags: [],
    tempo_bpm: null,
    key: null,
    cover_url: null,
    ...told,
  };
}
