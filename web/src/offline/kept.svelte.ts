/** The tracks that their listener keeps on this device, to play them without a network. */

import { addresses, api, told, type Track } from "$/api/client";
import { send } from "$/api/sending";
import { ANSWERS, KEPT } from "$/offline/answering";

const AT_ONCE = 3;
const MANIFEST_PATH = (track_id: string, from: number): string =>
  `/v1/tracks/${encodeURIComponent(track_id)}/manifest?from=${from}`;

interface Keeping {
  /** 0 to 1; 1 when all of it is here. */
  part: number;
  stopping: AbortController | null;
}

export const kept = $state<{ tracks: Record<string, Keeping> }>({ tracks: {} });

/** The page can be opened without a network from its second visit on. Absent on plain http to another machine. */
export async function beginOffline(): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) {
    return;
  }
  for (const name of await caches.keys()) {
    if (name.startsWith(KEPT)) {
      kept.tracks[name.slice(KEPT.length)] = { part: 1, stopping: null };
    }
  }
  if (import.meta.env.PROD) {
    await navigator.serviceWorker.register("/service-worker.js");
  }
}

export function canKeep(): boolean {
  return "caches" in globalThis && "serviceWorker" in navigator;
}

/** Fetch all of a finished track. Throws Problem, or what the browser says when there is no room; nothing stays then. */
export async function keep(track: Track): Promise<void> {
  const { track_id } = track;
  const stopping = new AbortController();
  kept.tracks[track_id] = { part: 0, stopping };
  // So that the browser does not make room with it.
  await navigator.storage?.persist?.();
  try {
    const cache = await caches.open(KEPT + track_id);
    await cache.add(`/v1/tracks/${encodeURIComponent(track_id)}`);
    const indexes = await keepManifest(cache, track_id);
    const pieces = indexes.flatMap((index) => track.stems.map((stem) => addresses.segment(track_id, stem, index)));
    await keepPieces(cache, pieces, stopping.signal, (part) => {
      kept.tracks[track_id] = { part, stopping };
    });
    kept.tracks[track_id] = { part: 1, stopping: null };
  } catch (error) {
    await forget(track_id);
    if (!stopping.signal.aborted) {
      throw error;
    }
  }
}

/** Remove a track from this device, or stop fetching it. */
export async function forget(track_id: string): Promise<void> {
  kept.tracks[track_id]?.stopping?.abort(new DOMException("not wanted any more", "AbortError"));
  delete kept.tracks[track_id];
  await caches.delete(KEPT + track_id);
}

/** At sign-out nothing of the person stays here. */
export async function forgetEverything(): Promise<void> {
  if ("caches" in globalThis) {
    await Promise.all([...Object.keys(kept.tracks).map(forget), caches.delete(ANSWERS)]);
  }
}

async function keepManifest(cache: Cache, track_id: string): Promise<number[]> {
  const indexes: number[] = [];
  for (;;) {
    const query = { from: indexes.length };
    const page = await told(api.GET("/v1/tracks/{track_id}/manifest", { params: { path: { track_id }, query } }));
    if (!page.segments.length) {
      return indexes;
    }
    await cache.put(MANIFEST_PATH(track_id, query.from), Response.json(page));
    indexes.push(...page.segments.map((segment) => segment.index));
  }
}

async function keepPieces(
  cache: Cache,
  pieces: readonly string[],
  signal: AbortSignal,
  onPart: (part: number) => void,
): Promise<void> {
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let path = pieces[next++]; path !== undefined; path = pieces[next++]) {
      await cache.put(path, await send(new Request(path, { signal })));
      onPart((done += 1) / pieces.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
