/** A desk with a track that is told of. */

import type { Schemas } from "$/api/client";
import { Desk } from "$/player/deskModel.svelte";
import { RATE_HZ } from "$/player/engine.fixture";
import type { DeskManifest, TrackSource } from "$/player/source";
import type { PlayerView } from "$/player/view";
import { settled } from "$/settled.fixture";

function manifestOf(playable_s: number, told: Partial<DeskManifest["track"]>): DeskManifest {
  const segments = Array.from({ length: playable_s }, (_, index) => ({
    index,
    first_sample: index * RATE_HZ,
    length_samples: RATE_HZ,
    stems: [],
  })) as Schemas["Segment"][];
  const track = {
    title: "Night Train",
    artist: "",
    state: "separating",
    audio: { sample_rate_hz: RATE_HZ, channels: 2, depth_bits: 16, codec: "flac" },
    duration_s: 60,
    stems: ["vocals", "drums"],
    playable_s,
    segments: playable_s,
    ...told,
  } as DeskManifest["track"];
  return { track, segments, analysis: null };
}

/** Everything promised so far has come. */
/** A desk with a track of which so many seconds can be played; `grow` makes it more. */
export async function madeDesk(begun: PlayerView | null = null, told: Partial<DeskManifest["track"]> = {}) {
  let playable_s = 10;
  const source: TrackSource = {
    readManifest: async (from) => {
      const manifest = manifestOf(playable_s, told);
      return { ...manifest, segments: manifest.segments.slice(from) };
    },
    fetchSegment: () => new Promise(() => undefined),
  };
  const desk = new Desk(source, begun);
  desk.open();
  await settled();
  const grow = async (to_s: number): Promise<void> => {
    playable_s = to_s;
    desk.poke();
    await settled();
  };
  return { desk, grow };
}
