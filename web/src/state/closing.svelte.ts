/** Whether the account of whoever is signed in is to be closed, and when. */

import { api, told, type Schemas } from "$/api/client";
import { sessionEvents } from "$/api/refresh";
import { textOf } from "$/api/words";

type Closing = Schemas["Closing"];

export const closing = $state<{ now: Closing | null; window_s: number; isRead: boolean; problem: string }>({
  now: null,
  window_s: 0,
  isRead: false,
  problem: "",
});

let readings = 0;
/** Counts people, so that what one asked for is not told to the next. */
let people = 0;

/** What was read last wins, whatever order the answers come in. */
export async function readClosing(): Promise<void> {
  const reading = (readings += 1);
  try {
    const { closing: now, window_s } = await told(api.GET("/v1/account/closing"));
    if (reading === readings) {
      Object.assign(closing, { now, window_s, isRead: true, problem: "" });
    }
  } catch (error) {
    if (reading === readings) {
      closing.problem = textOf(error);
    }
  }
}

export function forgetClosing(): void {
  people += 1;
  readings += 1;
  Object.assign(closing, { now: null, window_s: 0, isRead: false, problem: "" });
}

/** What it is followed by. `name` is the same for each try of one wish. Throws Problem. */
export async function askClosing(at_once: boolean, name: string): Promise<string> {
  const asking = people;
  const params = { header: { "Idempotency-Key": name } };
  const asked = await told(api.POST("/v1/account/closing", { params, body: { at_once } }));
  const { token, state, asked_at, due_at } = asked;
  if (asking === people) {
    readings += 1;
    closing.now = { state, asked_at, due_at, at_once: asked.at_once };
  }
  return token;
}

/** Throws Problem. */
export async function keepAccount(): Promise<void> {
  const asking = people;
  await api.DELETE("/v1/account/closing");
  if (asking === people) {
    readings += 1;
    closing.now = null;
  }
}

// Another person may sign in while the page stays: of a closing that is not theirs they are told nothing.
sessionEvents.addEventListener("closed", forgetClosing);
