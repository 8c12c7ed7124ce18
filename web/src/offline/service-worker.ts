/// <reference lib="webworker" />
/** Answers from this device where the network does not: the page itself, and the tracks that are kept. */

import { SHELL } from "$/offline/answering";
import { answerTo, forgetOtherShells } from "$/offline/roads";

declare const self: ServiceWorkerGlobalScope;

// The build puts its files and their digest here.
const FILES = "__SHELL_FILES__".split(",");
const NAME = `${SHELL}__SHELL_NAME__`;

// A newer worker waits until the tabs of the older page are closed: they load parts of their own build until then.
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(FILES)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

self.addEventListener("fetch", (event) => {
  const answer = answerTo(event.request, self.location.origin, NAME);
  if (answer) {
    event.respondWith(answer);
  }
});

async function takeOver(): Promise<void> {
  if (!(await forgetOtherShells(NAME))) {
    // The first one of this browser: the page that brought it is of its build, and can keep tracks without a reload.
    await self.clients.claim();
  }
}
