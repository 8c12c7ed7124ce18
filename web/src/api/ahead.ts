/** Answers to what was asked before the page's scripts were here (`ahead.ts`), each given once. */

import { sessionEvents } from "$/api/refresh";

export interface Ahead {
  /** When it was asked, as Date.now() tells. */
  at: number;
  /** Whether whoever was signed in then still is. */
  isTheirs: () => boolean;
  /** Null where none came. */
  answer: Promise<Response | null>;
}

/** What a slow load takes longer for is asked anew. */
const AGE_MS_MAX = 30_000;

declare global {
  /** By path and query. */
  var askedAhead: Map<string, Ahead> | undefined;
}

/** Of whoever is no more signed in nothing is given to the next one. */
sessionEvents.addEventListener("closed", drop);

/** What was asked ahead in this request's place; undefined for all others, and after anything that may change an answer. */
export function takeAhead({ method, url }: Request): Ahead | undefined {
  if (method !== "GET") {
    drop();
    return undefined;
  }
  const { pathname, search } = new URL(url);
  const found = globalThis.askedAhead?.get(pathname + search);
  globalThis.askedAhead?.delete(pathname + search);
  if (found && !found.isTheirs()) {
    drop();
    return undefined;
  }
  return found && Date.now() - found.at <= AGE_MS_MAX ? found : undefined;
}

function drop(): void {
  globalThis.askedAhead?.clear();
}
