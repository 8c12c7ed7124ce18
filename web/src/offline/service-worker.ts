/// <reference lib="webworker" />
/** Answers from this device where the network does not: the page itself, and the tracks that are kept. */

import { ANSWERS, roadOf, SHELL } from "$/offline/answering";

declare const self: ServiceWorkerGlobalScope;

// The build puts its files and their digest here.
const FILES = "__SHELL_FILES__".split(",");
const NAME = `${SHELL}__SHELL_NAME__`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)));
  // A page that is open has loaded all that it began with; what it loads later is asked of the network first.
  void self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldShells().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const road = roadOf(event.request, self.location.origin);
  switch (road.kind) {
    case "shell":
      event.respondWith(keptOrAsked(event.request, NAME));
      break;
    case "page":
      event.respondWith(askedOrKept(event.request, NAME, "/"));
      break;
    case "segment":
      event.respondWith(keptOrAsked(event.request, road.cache));
      break;
    case "answer":
      event.respondWith(answered(event.request, road.cache));
      break;
  }
});

async function forgetOldShells(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(SHELL) && name !== NAME).map((name) => caches.delete(name)));
}

async function kept(cache: string, key: Request | string): Promise<Response | undefined> {
  // Opening a cache makes it: one that is not there is a track that nobody keeps.
  return (await caches.has(cache)) ? (await caches.open(cache)).match(key) : undefined;
}

async function keptOrAsked(request: Request, cache: string): Promise<Response> {
  return (await kept(cache, request)) ?? fetch(request);
}

async function askedOrKept(request: Request, cache: string, key: Request | string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const found = await kept(cache, key);
    if (found) {
      return found;
    }
    throw error;
  }
}

async function answered(request: Request, cache: string): Promise<Response> {
  const response = await askedOrKept(request, cache, request);
  const isKept = cache === ANSWERS || (await caches.has(cache));
  if (response.ok && isKept) {
    await (await caches.open(cache)).put(request, response.clone());
  }
  return response;
}
