/** The gateway's client. Its types are made from the gateway's own OpenAPI document, by `make gen`. */

import createClient from "openapi-fetch";
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

const at = (track_id: string, rest: string): string => `/v1/tracks/${encodeURIComponent(track_id)}${rest}`;

/** Addresses that the browser itself opens. */
export const addresses = {
  events: (track_id: string): string => at(track_id, "/events"),
  segment: (track_id: string, stem: string, index: number): string =>
    at(track_id, `/segments/${encodeURIComponent(stem)}/${index}`),
  stem: (track_id: string, stem: string, format: string): string =>
    at(track_id, `/stems/${encodeURIComponent(stem)}.${format}`),
  mix: (track_id: string, format: string, query = ""): string => at(track_id, `/mix.${format}${query && `?${query}`}`),
  zip: (track_id: string, format: string): string => at(track_id, `/download.zip?format=${format}`),
};
