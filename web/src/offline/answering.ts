/** Which requests are answered from what is kept on this device, and how. */

import { addressOf, shapeOf } from "$/api/addresses";
import { CACHES } from "$/browser/names";

export const SHELL = CACHES.shell;
/** Last answers, for a page that is opened without a network. */
export const ANSWERS = CACHES.answers;
/** One cache for each track that its listener keeps. */
export const KEPT = CACHES.kept;
/** The last entry of such a cache: without it the track was never fetched to its end. */
export const WHOLE = "/offline/whole";
/** In the page's cache: the list of those of its files that were not fetched with it. */
export const REST = "/offline/rest";
/** Of a sound that it has played Firefox gives everybody the part that its player asked for, and no cache takes a part. */
const SOUND = /\.flac$/;

/** How a built file is asked for, to be kept. */
export function wholeOf(path: string, origin: string): Request {
  return new Request(new URL(path, origin), SOUND.test(path) ? { cache: "reload" } : {});
}

/** How many tracks the library asks for at first. */
export const FIRST_TRACKS = 100;
/** What a page asks as it is opened, and shows the library with: without a network, the last answers. */
export const ME = addressOf("/v1/me", {});
export const FIRST_ASKED: readonly string[] = [ME, addressOf("/v1/tracks", {}, { limit: FIRST_TRACKS })];
/** Of an answer that the network did not give just now: it may be long out of date. */
export const KEPT_HEADER = "X-StripSession-Kept";

export type Road =
  /** A built file: what it holds never changes under its name. */
  | { kind: "shell" }
  /** The page, whose views all have this one address: the newest, else the one that is kept. */
  | { kind: "page" }
  /** Asked of the network; without one, the last answer. */
  | { kind: "answer"; cache: string }
  /** A piece of a stem, which never changes: of a track that is kept, from there. */
  | { kind: "segment"; cache: string }
  | { kind: "network" };

const TRACKS = addressOf("/v1/tracks", {});
const TRACK = shapeOf("/v1/tracks/{track_id}");
const MANIFEST = shapeOf("/v1/tracks/{track_id}/manifest");
const SEGMENT = shapeOf("/v1/tracks/{track_id}/segments/{stem}/{index}");

export function roadOf(request: { method: string; mode: string; url: string }, origin: string): Road {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) {
    return { kind: "network" };
  }
  if (request.mode === "navigate") {
    // What else a person opens is a download or a document, and must never become the page.
    return { kind: url.pathname === "/" ? "page" : "network" };
  }
  if (url.pathname.startsWith("/assets/") || url.pathname === "/icon.svg") {
    return { kind: "shell" };
  }
  const segment = SEGMENT.exec(url.pathname)?.[1];
  if (segment) {
    return { kind: "segment", cache: KEPT + segment };
  }
  const track = (TRACK.exec(url.pathname) ?? MANIFEST.exec(url.pathname))?.[1];
  if (track) {
    return { kind: "answer", cache: KEPT + track };
  }
  // Of what was searched for, and of later rows, nothing is kept.
  const isList = url.pathname === TRACKS && !["cursor", "offset", "q"].some((name) => url.searchParams.has(name));
  return isList || url.pathname === ME ? { kind: "answer", cache: ANSWERS } : { kind: "network" };
}
