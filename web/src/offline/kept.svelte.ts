/** The tracks that their listener keeps on this device, to play them without a network. */

import { addressOf } from "$/api/addresses";
import { addresses, api, told, type Track } from "$/api/client";
import { Problem } from "$/api/problem";
import { send } from "$/api/sending";
import { CHANNELS, LOCKS } from "$/browser/names";
import { ANSWERS, FIRST_ASKED, KEPT, ME, WHOLE } from "$/offline/answering";
import { throughOutages } from "$/offline/outages";
import { keepWholePage } from "$/offline/wholePage";
import { locked } from "$/state/locks";
import { joiningTabs, type Tabs } from "$/state/tabs";

const AT_ONCE = 3;
/** What browsers say where a person forbids pages to keep anything; the second is Chromium's word. */
const FORBIDDEN = ["SecurityError", "NotSupportedError"];
/** What they say where the worker's script did not come. */
const NOT_FETCHED = ["TypeError", "AbortError"];
/** Held while a track is fetched, so that no other tab takes its half for what a closed page left. */
const LOCK = LOCKS.keep;
const TRACK_PATH = (track_id: string): string => addressOf("/v1/tracks/{track_id}", { track_id });
const MANIFEST_PATH = (track_id: string, from: number): string =>
  addressOf("/v1/tracks/{track_id}/manifest", { track_id }, { from });

interface Keeping {
  /** 0 to 1; 1 when all of it is here. */
  part: number;
  stopping: AbortController | null;
}

export const kept = $state<{ tracks: Record<string, Keeping>; isRefused: boolean }>({ tracks: {}, isRefused: false });

/** What tabs tell each other of a track. */
const NEWS = ["kept", "released"] as const;
type News = (typeof NEWS)[number];
const join = joiningTabs(CHANNELS.kept, NEWS);

let tabs: Tabs<News> | null = null;
let reviewing: Promise<void> | null = null;
let registering: Promise<ServiceWorkerRegistration | null> | null = null;

/** The page can be opened without a network once its worker is there. Absent on plain http to another machine. */
export async function beginOffline(): Promise<void> {
  if (!canKeep()) {
    return;
  }
  // Who comes again may come without a network the next time, and must find every view.
  const isAgain = Boolean(navigator.serviceWorker.controller);
  tabs = join((news, track_id) => void hear(news, track_id));
  await listKept();
  if (canKeep()) {
    await registered();
  }
  if (isAgain) {
    await keepWholePage().catch(() => undefined);
  }
}

/** The worker's registration; null where there is none, or none now. */
function registered(): Promise<ServiceWorkerRegistration | null> {
  registering ??= import.meta.env.PROD ? register() : Promise.resolve(null);
  return registering;
}

async function register(): Promise<ServiceWorkerRegistration | null> {
  try {
    return await navigator.serviceWorker.register("/service-worker.js");
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (NOT_FETCHED.includes(name)) {
      registering = null;
      addEventListener("online", () => void registered(), { once: true });
    } else if (!FORBIDDEN.includes(name)) {
      throw error;
    }
    // Without a worker the page needs the network at every visit, and is whole otherwise.
    return null;
  }
}

/** A worker that does not come is not waited for. */
async function workerAtWork(): Promise<void> {
  // Why there is none was told where the page began.
  const registration = await registered().catch(() => null);
  const coming = registration && !registration.active ? (registration.installing ?? registration.waiting) : null;
  if (coming) {
    await new Promise<void>((resolve) => {
      const look = (): void => void (["installing", "installed"].includes(coming.state) || resolve());
      coming.addEventListener("statechange", look);
      look();
    });
  }
}

export function canKeep(): boolean {
  return !kept.isRefused && "caches" in globalThis && "serviceWorker" in navigator;
}

/** Fetch all of a finished track. Throws Problem, or what the browser says when there is no room; nothing stays then. */
export async function keep(track: Track): Promise<void> {
  const { track_id } = track;
  if (kept.tracks[track_id]) {
    return;
  }
  const stopping = new AbortController();
  const isCurrent = (): boolean => kept.tracks[track_id]?.stopping === stopping;
  const onPart = (part: number): void => {
    if (isCurrent()) {
      kept.tracks[track_id] = { part, stopping };
    }
  };
  kept.tracks[track_id] = { part: 0, stopping };
  try {
    wishToStay();
    // After any other tab that fetches the same track.
    await locked(LOCK + track_id, { signal: stopping.signal }, () => fetchWhole(track, stopping, onPart));
    if (isCurrent()) {
      kept.tracks[track_id] = { part: 1, stopping: null };
      tabs?.tell("kept", track_id);
    }
  } catch (error) {
    if (isCurrent()) {
      delete kept.tracks[track_id];
    }
    if (!stopping.signal.aborted) {
      throw error;
    }
  }
}

/** So that the browser does not make room with it. Firefox asks the person, who may never answer: nothing waits for it. */
function wishToStay(): void {
  void navigator.storage?.persist?.().catch(() => undefined);
}

/** Remove a track from this device, or stop fetching it. */
export async function forget(track_id: string): Promise<void> {
  stop(track_id);
  if ((await cacheNames()).includes(KEPT + track_id)) {
    await caches.delete(KEPT + track_id);
    tabs?.tell("released", track_id);
  }
}

/** What is kept here whole, each track as it was last told; none of them before it is known whose they are. */
export async function keptTracks(): Promise<Track[]> {
  if (!(await cacheNames()).includes(ANSWERS) || !(await (await caches.open(ANSWERS)).match(ME))) {
    return [];
  }
  const told = await Promise.all((await keptIds()).map(wholeTrack));
  return told.flatMap((track) => track ?? []);
}

/** Nothing of the person stays here: neither what they keep nor what was last told. */
export async function forgetEverything(): Promise<void> {
  Object.keys(kept.tracks).forEach(stop);
  const names = (await cacheNames()).filter((name) => name === ANSWERS || name.startsWith(KEPT));
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** Whoever signs in must not be told without a network what another person was told. */
export async function forgetAnswers(): Promise<void> {
  if ((await cacheNames()).includes(ANSWERS)) {
    await caches.delete(ANSWERS);
  }
}

/** Another tab has changed what is kept here. */
export async function relistKept(): Promise<void> {
  Object.keys(kept.tracks).forEach(stop);
  await listKept();
}

/** Ask of each track that is kept whether there still is one; of a deleted one nothing stays. One review at a time. */
export function reviewKept(): Promise<void> {
  reviewing ??= review().finally(() => {
    reviewing = null;
  });
  return reviewing;
}

async function review(): Promise<void> {
  for (const track_id of await keptIds()) {
    try {
      await send(new Request(urlOf(TRACK_PATH(track_id)), { cache: "no-store" }));
    } catch (error) {
      if (!(error instanceof Problem && error.status === 404)) {
        // No network, or no session: the next review asks again.
        return;
      }
      await forget(track_id);
    }
  }
}

/** Another tab has done that. */
async function hear(news: News, track_id: string): Promise<void> {
  if (news === "released") {
    stop(track_id);
  } else if ((await keptIds()).includes(track_id) && (await isWhole(track_id))) {
    // One that is being fetched here as well finds so itself.
    kept.tracks[track_id] ??= { part: 1, stopping: null };
  }
}

async function listKept(): Promise<void> {
  for (const track_id of await keptIds()) {
    if (kept.tracks[track_id]) {
      continue;
    }
    if (await isWhole(track_id)) {
      kept.tracks[track_id] = { part: 1, stopping: null };
    } else {
      await dropHalf(track_id);
    }
  }
}

/** What a page left that was closed too soon goes, unless another tab is just fetching it. */
async function dropHalf(track_id: string): Promise<void> {
  await locked(LOCK + track_id, { ifAvailable: true }, async (isHeld) => {
    if (isHeld && !(await isWhole(track_id))) {
      await caches.delete(KEPT + track_id);
    }
  });
}

async function keptIds(): Promise<string[]> {
  return (await cacheNames()).filter((name) => name.startsWith(KEPT)).map((name) => name.slice(KEPT.length));
}

/** Of all caches that this browser has for the page. */
export async function cacheNames(): Promise<string[]> {
  try {
    return "caches" in globalThis ? await caches.keys() : [];
  } catch {
    // Refused in some private windows, and wherever a person forbids pages to keep anything.
    kept.isRefused = true;
    return [];
  }
}

async function isWhole(track_id: string): Promise<boolean> {
  return Boolean(await (await caches.open(KEPT + track_id)).match(WHOLE));
}

async function wholeTrack(track_id: string): Promise<Track | null> {
  const told = (await isWhole(track_id)) && (await (await caches.open(KEPT + track_id)).match(TRACK_PATH(track_id)));
  return told ? ((await told.json()) as Track) : null;
}

function stop(track_id: string): void {
  kept.tracks[track_id]?.stopping?.abort(new DOMException("not wanted any more", "AbortError"));
  delete kept.tracks[track_id];
}

async function fetchWhole(track: Track, stopping: AbortController, onPart: (part: number) => void): Promise<void> {
  const { track_id } = track;
  const { signal } = stopping;
  try {
    const cache = await caches.open(KEPT + track_id);
    if (await cache.match(WHOLE)) {
      return;
    }
    await fetchInto(cache, TRACK_PATH(track_id), signal);
    const indexes = await keepManifest(cache, track_id, signal);
    const pieces = indexes.flatMap((index) => track.stems.map((stem) => addresses.segment(track_id, stem, index)));
    await keepPieces(cache, pieces, signal, onPart);
    await keepAnswers(signal);
    // Nothing of it can be given before the worker is there, nor shown without the page's other parts.
    await workerAtWork();
    await keepWholePage();
    signal.throwIfAborted();
    await cache.put(WHOLE, new Response(""));
  } catch (error) {
    const now = kept.tracks[track_id];
    // Where it was already asked for again, the cache is that one's.
    if (!now || now.stopping === stopping) {
      await caches.delete(KEPT + track_id);
    }
    throw error;
  }
}

async function keepManifest(cache: Cache, track_id: string, signal: AbortSignal): Promise<number[]> {
  const indexes: number[] = [];
  for (;;) {
    const asked = { path: { track_id }, query: { from: indexes.length } };
    const page = await throughOutages(signal, () =>
      told(api.GET("/v1/tracks/{track_id}/manifest", { params: asked, signal })),
    );
    if (!page.segments.length) {
      return indexes;
    }
    await cache.put(MANIFEST_PATH(track_id, indexes.length), Response.json(page));
    indexes.push(...page.segments.map((segment) => segment.index));
  }
}

/** So that the library lists it: of what this page asked as it was opened, the worker may have heard nothing yet. */
async function keepAnswers(signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const cache = await caches.open(ANSWERS);
  await Promise.all(FIRST_ASKED.map((path) => fetchInto(cache, path, signal)));
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
      await fetchInto(cache, path, signal).catch((error: unknown) => {
        // The others need not go on.
        next = pieces.length;
        throw error;
      });
      // The page's own parts are still to come: whoever reads that it is kept may pull the plug.
      onPart((done += 1) / (pieces.length + 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function fetchInto(cache: Cache, path: string, signal: AbortSignal): Promise<void> {
  await throughOutages(signal, async () => cache.put(path, await send(new Request(urlOf(path), { signal }))));
}

function urlOf(path: string): URL {
  return new URL(path, location.origin);
}
