/** For a test of the session: a browser and a server, and what the session tells other modules to do. */

import { vi } from "vitest";
import { until } from "$/settled.fixture";
import { forbidden, MadeStorage } from "$/state/storage.fixture";

export const MARK = "stripsession.signed-in";
export const OWNER = "stripsession.owner";
export const ADA = {
  user_id: "usr_1",
  email: "ada@example.org",
  display_name: "",
  created_at: "2026-01-01T00:00:00.000Z",
  email_verified: false,
  age_confirmed: true,
};
export const BEN = { ...ADA, user_id: "usr_2", email: "ben@example.org" };

const storage = new MadeStorage();
const stored = storage.kept;
let isForbidden = false;
const listeners = new Map<string, ((event: { key?: string | null }) => void)[]>();
const place = { origin: "http://page.test", pathname: "/", hash: "" };

export const browser = {
  stored,
  place,
  happen: (name: string, event: { key?: string | null } = {}): void =>
    listeners.get(name)?.forEach((listen) => listen(event)),
  forbidStorage: (): void => void (isForbidden = true),
  forget: (): void => {
    isForbidden = false;
    stored.clear();
    listeners.clear();
    place.hash = "";
  },
};

/** What others are told. */
export const told = {
  uploads: { forgetAll: vi.fn(), stop: vi.fn() },
  players: { forgetPlayers: vi.fn() },
  kept: { forgetEverything: vi.fn(), forgetAnswers: vi.fn(), relistKept: vi.fn(), reviewKept: vi.fn() },
  actions: {
    finishDeletions: vi.fn(),
    dropDeletions: vi.fn(),
    finishLeftDeletions: vi.fn(),
    forgetLeftDeletions: vi.fn(),
  },
  tracks: { begin: vi.fn(), end: vi.fn() },
};
export const forgetting = [
  told.uploads.forgetAll,
  told.actions.forgetLeftDeletions,
  told.players.forgetPlayers,
  told.kept.forgetEverything,
];

type Answer = { status: number; body?: unknown } | "away";

/** What the server says to each path, and what it was asked. */
export const server = { answers: new Map<string, Answer>(), asked: [] as string[] };

export function say(answers: Record<string, Answer>): void {
  server.answers = new Map(Object.entries(answers));
}

export async function answer(input: Request | string): Promise<Response> {
  const path = new URL(input instanceof Request ? input.url : input, place.origin).pathname;
  server.asked.push(path);
  const said = server.answers.get(path) ?? { status: 404 };
  if (said === "away") {
    throw new TypeError("fetch failed");
  }
  return new Response(said.status === 204 ? null : JSON.stringify(said.body ?? {}), { status: said.status });
}

let loaded: typeof import("$/state/session.svelte");
export const state = (): typeof loaded => loaded;

/** A page that is opened: modules begin anew. */
export async function visit({ isRemembered = false, hash = "" } = {}): Promise<void> {
  vi.resetModules();
  listeners.clear();
  place.hash = hash;
  if (isRemembered) {
    stored.set(MARK, "1");
  }
  loaded = await import("$/state/session.svelte");
  await loaded.begin();
}

export const quiet = (): Promise<void> => until(() => state().session.status !== "starting");

/** A browser where nobody was, and a server where Ada is signed in. */
export function beginAnew(): void {
  vi.clearAllMocks();
  browser.forget();
  server.asked = [];
  say({
    "/v1/me": { status: 200, body: ADA },
    "/v1/auth/login": { status: 200 },
    "/v1/auth/link": { status: 200 },
    "/v1/auth/logout": { status: 204 },
  });
  vi.stubGlobal("fetch", answer);
}

// Modules read these while they are loaded.
const globals: Record<string, unknown> = {
  location: place,
  history: { replaceState: (_: unknown, __: string, to: string) => (place.hash = to.slice(1)) },
  window: {
    addEventListener: (name: string, listen: (event: object) => void) =>
      listeners.set(name, [...(listeners.get(name) ?? []), listen]),
  },
};
Object.defineProperty(globalThis, "localStorage", {
  get: () => (isForbidden ? forbidden() : storage),
  configurable: true,
});
for (const [name, value] of Object.entries(globals)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
