/** Opens what sounds, for a track on the desk. */

import type { Schemas } from "$/api/client";
import { Problem } from "$/api/problem";
import { pause } from "$/api/sending";
import { textOf } from "$/api/words";
import { Engine, EngineBroken } from "$/audio/engine";
import { i18n } from "$/i18n/i18n.svelte";
import type { TrackSource } from "$/player/source";

const RETRY_S = 2;
/** Whatever stands before the server may ask for a day, or for ever. */
const RETRY_S_MAX = 15;

export function openEngine(
  source: TrackSource,
  audio: Schemas["Audio"],
  stems: readonly string[],
  from_s: number,
): Promise<Engine> {
  return Engine.open({
    rate_hz: audio.sample_rate_hz,
    channels: audio.channels,
    stems,
    from_s,
    fetchSegment: (stem, index, signal) => source.fetchSegment(stem, index, signal),
    judge,
    wait: pause,
  });
}

function judge(error: unknown): { retry_s: number | null; text: string } {
  if (error instanceof Problem) {
    const retry_s = Math.min(RETRY_S_MAX, error.retryAfter_s || RETRY_S);
    return { retry_s: error.isTransient ? retry_s : null, text: textOf(error) };
  }
  const { segmentFault, brokenFault } = i18n.m.player;
  return { retry_s: null, text: error instanceof EngineBroken ? brokenFault : segmentFault };
}
