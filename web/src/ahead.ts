/**
 * What the page asks first, asked while its scripts are still on their way: a small file, run before them.
 *
 * Whatever it imports comes with it, so it imports little; `api/ahead.ts` hands the answers to who asks.
 */

import type { Ahead } from "$/api/ahead";
import { addressOf } from "$/api/addresses";
import { FIRST_ASKED, ME } from "$/offline/answering";
import { shelf } from "$/state/shelf";
import { isRemembered, SIGNED_IN } from "$/state/signedIn";

const OF_LIBRARY = [...FIRST_ASKED, addressOf("/v1/billing/usage", {}), addressOf("/v1/models", {})];
/** As an address names the library: with nothing, or with nothing behind the #. */
const LIBRARY = ["", "#/"];

/** Of a stranger nothing is known to the server, and a link that signs in says first who it is. */
function firstAsked(): readonly string[] {
  if (!isRemembered() || location.hash.startsWith("#/link/")) {
    return [];
  }
  return LIBRARY.includes(location.hash) ? OF_LIBRARY : [ME];
}

/** Another tab may sign somebody else in before the page is here to hear of it; the mark is another one then. */
const mark = shelf.read(SIGNED_IN);
const isTheirs = (): boolean => shelf.read(SIGNED_IN) === mark;

function ask(path: string): Ahead {
  const answer = fetch(path, { cache: "no-store", headers: { Accept: "application/json" } });
  // What did not come is asked for again, and told then.
  return { at: Date.now(), isTheirs, answer: answer.catch(() => null) };
}

globalThis.askedAhead = new Map(firstAsked().map((path) => [path, ask(path)]));
