/** The parts of the page that are not needed to open it: without a network no view may be missing. */

import { send } from "$/api/sending";
import { REST, SHELL, wholeOf } from "$/offline/answering";

/** Fetch what is still missing, before there is no network. Throws Problem, or what the browser says when there is no room. */
export async function keepWholePage(): Promise<void> {
  const names = "caches" in globalThis ? (await caches.keys()).filter((name) => name.startsWith(SHELL)) : [];
  const shells = (await Promise.all(names.map(shellOf))).filter((shell) => shell !== null);
  // The browser names them in the order in which they were made.
  const newest = shells.at(-1);
  // A page of an older build, which tabs may still show, the newest follows: of that one the server may have no part any more.
  const older = Promise.allSettled(shells.slice(0, -1).map(complete));
  await (newest && complete(newest));
  await older;
}

interface Shell {
  cache: Cache;
  rest: readonly string[];
}

/** Null for a page that its worker has not fetched to the end: as long as it has not, an older one is shown. */
async function shellOf(name: string): Promise<Shell | null> {
  const cache = await caches.open(name);
  const rest = await cache.match(REST);
  return rest ? { cache, rest: (await rest.json()) as string[] } : null;
}

/** One part after the other: a server that is busy with a song's pieces is asked with patience. */
async function complete({ cache, rest }: Shell): Promise<void> {
  for (const address of rest) {
    if (!(await cache.match(address))) {
      await cache.put(address, await send(wholeOf(address, location.origin)));
    }
  }
}
