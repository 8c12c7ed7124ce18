/** What the service worker answers, on each road. */

import { ANSWERS, KEPT, KEPT_HEADER, roadOf, SHELL } from "$/offline/answering";

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
  try {
    return await fetch(request);
  } catch (error) {
    return orThrow(await keptIn(shell, "/"), error);
  }
}

async function answered(request: Request, cache: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    return marked(orThrow(await keptIn(cache, request), error));
  }
  if (response.status === 404 && cache.startsWith(KEPT)) {
    // Deleted elsewhere: none of it may stay here.
    await caches.delete(cache);
  } else if (response.ok && (cache === ANSWERS || (await caches.has(cache)))) {
    await (await caches.open(cache)).put(request, response.clone());
  }
  return response;
}

function orThrow(found: Response | undefined, error: unknown): Response {
  if (!found) {
    throw error;
  }
  return found;
}

/** The page must be able to tell it from what the server says now. */
function marked({ body, status, statusText, headers }: Response): Response {
  const all = new Headers(headers);
  all.set(KEPT_HEADER, "1");
  return new Response(body, { status, statusText, headers: all });
}
