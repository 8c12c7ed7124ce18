/** The parts of the page that are not needed to open it: without a network no view may be missing. */

import { send } from "$/api/sending";
import { REST, SHELL } from "$/offline/answering";

/** Fetch what is still missing, before there is no network. Throws Problem, or what the browser says when there is no room. */
export async function keepWholePage(): Promise<void> {
  const shells = "caches" in globalThis ? (await caches.keys()).filter((name) => name.startsWith(SHELL)) : [];
  const ends = await Promise.allSettled(shells.map(complete));
  // Of an older page, which a newer one will follow, the server may have no part any more.
  const failed = ends.find((end) => end.status === "rejected");
  if (failed && ends.every((end) => end.status === "rejected")) {
    throw failed.reason;
  }
}

/** One part after the other: a server that is busy with a song's pieces is asked with patience. */
async function complete(shell: string): Promise<void> {
  const cache = await caches.open(shell);
  const rest = ((await (await cache.match(REST))?.json()) ?? []) as string[];
  for (const address of rest) {
    if (!(await cache.match(address))) {
      await cache.put(address, await send(new Request(new URL(address, location.origin))));
    }
  }
}
