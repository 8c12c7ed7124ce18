/** The gateway's client. Its types are made from the gateway's own OpenAPI document, by `make gen`. */

import createClient from "openapi-fetch";
import { addressOf } from "$/api/addresses";
import { Problem } from "$/api/problem";
import { send, UNSIGNED } from "$/api/sending";
import type { components, paths } from "$gen/schema";

export type Schemas = components["schemas"];
export type Track = Schemas["Track"];

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: send,
  cache: "no-store",
  headers: { Accept: "application/json" },
});

/** Headers of a call that is no part of a session, so that a 401 is its own answer. */
export const unsigned = { [UNSIGNED]: "1" };

/** The answer's body. Throws Problem, also where the connection breaks within it, or the signal's reason. */
export async function told<T>(answer: Promise<{ data?: T }>): Promise<T> {
  try {
    return (await answer).data as T;
  } catch (error) {
    // What a browser says of a body that did not come to its end.
    throw error instanceof TypeError ? Problem.unreachable() : error;
  }
}

/** Those that more than one view opens. */
export const addresses = {
  events: (track_id: string): string => addressOf("/v1/tracks/{track_id}/events", { track_id }),
  segment: (track_id: string, stem: string, index: number): string =>
    addressOf("/v1/tracks/{track_id}/segments/{stem}/{index}", { track_id, stem, index: String(index) }),
};
