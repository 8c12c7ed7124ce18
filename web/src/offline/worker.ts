/** What the service worker does when it is installed, takes over and is asked. */

import { SHELL } from "$/offline/answering";
import { answerTo, forgetOtherShells } from "$/offline/roads";

/** What the build made. */
export interface Build {
  /** Addresses of what the page is made of. */
  files: readonly string[];
  /** Changes with any of them. */
  name: string;
}

/** Hears what the browser asks of the worker. */
export function serve(worker: ServiceWorkerGlobalScope, { files, name }: Build): void {
  const shell = SHELL + name;

  // A newer worker waits until the tabs of the older page are closed: they load parts of their own build until then.
  worker.addEventListener("install", (event) => {
    event.waitUntil(caches.open(shell).then((cache) => cache.addAll([...files])));
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

async function takeOver(worker: ServiceWorkerGlobalScope, shell: string): Promise<void> {
  if (!(await forgetOtherShells(shell))) {
    // The first one of this browser: the page that brought it is of its build, and can keep tracks without a reload.
    await worker.clients.claim();
  }
}
