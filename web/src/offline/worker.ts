/** What the service worker does when it is installed, takes over and is asked. */

import { KEPT, REST, SHELL, wholeOf } from "$/offline/answering";
import { answerTo, forgetOtherShells } from "$/offline/roads";

/** What the build made. */
export interface Build {
  /** Addresses of what opens the page. */
  first: readonly string[];
  /** Addresses of its other parts, which are fetched when they are wanted. */
  rest: readonly string[];
  /** Changes with any of them. */
  name: string;
}

/** Hears what the browser asks of the worker. */
export function serve(worker: ServiceWorkerGlobalScope, { first, rest, name }: Build): void {
  const shell = SHELL + name;

  // A newer worker waits until the tabs of the older page are closed: they load parts of their own build until then.
  worker.addEventListener("install", (event) => {
    event.waitUntil(begin(shell, worker.location.origin, first, rest));
  });

  worker.addEventListener("activate", (event) => {
    event.waitUntil(takeOver(worker, shell));
  });

  worker.addEventListener("fetch", (event) => {
    const answer = answerTo(event.request, worker.location.origin, shell);
    if (answer) {
      event.respondWith(answer);
    }
  });
}

/**
 * Who looks in for the first time need not fetch the player: the page itself asks for the rest. Who was here before has an
 * older page, or a track that they keep, and loses the whole of that page to this one.
 */
async function begin(shell: string, origin: string, first: readonly string[], rest: readonly string[]): Promise<void> {
  const others = (await caches.keys()).filter((name) => name !== shell);
  const wasHere = others.some((name) => name.startsWith(SHELL) || name.startsWith(KEPT));
  const cache = await caches.open(shell);
  await cache.addAll((wasHere ? [...first, ...rest] : first).map((path) => wholeOf(path, origin)));
  await cache.put(REST, Response.json(rest));
}

async function takeOver(worker: ServiceWorkerGlobalScope, shell: string): Promise<void> {
  if (!(await forgetOtherShells(shell))) {
    // The first one of this browser: the page that brought it is of its build, and can keep tracks without a reload.
    await worker.clients.claim();
  }
}
