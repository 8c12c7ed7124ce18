/** What the service worker answers, on each road. */

import { ANSWERS, KEPT, KEPT_HEADER, roadOf, SHELL } from "$/offline/answering";
import { timer } from "$/state/timer";

/** A network that has said nothing for so long is taken for none where something is kept. */
const PATIENCE_MS = 4_000;
/** What a proxy says of a server that is away. */
const AWAY = [502, 503, 504];

/** Null for what the browser asks of the network by itself. `shell` is the cache of this worker's page. */
export function answerTo(request: Request, origin: string, shell: string): Promise<Response> | null {
  const road = roadOf(request, origin);
  switch (road.kind) {
    case "shell":
      return keptOrAsked(request, shell);
    case "page":
      return newestPage(request, shell);
    case "segment":
      return keptOrAsked(request, road.cache);
    case "answer":
      return answered(request, road.cache);
    case "network":
      return null;
  }
}

/** True where there were pages of other builds, and thus other workers before this one. */
export async function forgetOtherShells(shell: string): Promise<boolean> {
  const others = (await caches.keys()).filter((name) => name.startsWith(SHELL) && name !== shell);
  await Promise.all(others.map((name) => caches.delete(name)));
  return others.length > 0;
}

async function keptIn(cache: string, key: Request | string): Promise<Response | undefined> {
  // Opening a cache makes it: one that is not there is a track that nobody keeps.
  return (await caches.has(cache)) ? (await caches.open(cache)).match(key) : undefined;
}

async function keptOrAsked(request: Request, cache: string): Promise<Response> {
  return (await keptIn(cache, request)) ?? fetch(request);
}

async function newestPage(request: Request, shell: string): Promise<Response> {
  return networkOr(await keptIn(shell, "/"), fetch(request));
}

async function answered(request: Request, cache: string): Promise<Response> {
  const kept = await keptIn(cache, request);
  return networkOr(kept && marked(kept), fetchedInto(cache, request));
}

/** What is kept where the network is away, takes too long, or has a server behind it that is away. */
async function networkOr(kept: Response | undefined, asked: Promise<Response>): Promise<Response> {
  if (!kept) {
    return asked;
  }
  let stop = (): void => undefined;
  const late = new Promise<null>((resolve) => (stop = timer.after(PATIENCE_MS, () => resolve(null))));
  const response = await Promise.race([asked.catch(() => null), late]);
  stop();
  return response && !AWAY.includes(response.status) ? response : kept;
}

/** The network's answer, kept where that is wanted: also one that comes too late for whoever asked. */
async function fetchedInto(cache: string, request: Request): Promise<Response> {
  const response = await fetch(request);
  if (response.status === 404 && cache.startsWith(KEPT)) {
    // Deleted elsewhere: none of it may stay here.
    await caches.delete(cache);
  } else if (response.ok && (cache === ANSWERS || (await caches.has(cache)))) {
    await (await caches.open(cache)).put(request, response.clone());
  }
  return response;
}

/** The page must be able to tell it from what the server says now. */
function marked({ body, status, statusText, headers }: Response): Response {
  const all = new Headers(headers);
  all.set(KEPT_HEADER, "1");
  return new Response(body, { status, statusText, headers: all });
}
