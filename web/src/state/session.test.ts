import { beforeEach, describe, expect, it, vi } from "vitest";

const browser = vi.hoisted(() => {
  const stored = new Map<string, string>();
  const listeners = new Map<string, ((event: { key?: string | null }) => void)[]>();
  const place = { origin: "http://page.test", pathname: "/", hash: "" };
  const globals: Record<string, unknown> = {
    location: place,
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
      removeItem: (key: string) => void stored.delete(key),
    },
    history: { replaceState: (_: unknown, __: string, to: string) => (place.hash = to.slice(1)) },
    window: {
      addEventListener: (name: string, listen: (event: object) => void) =>
        listeners.set(name, [...(listeners.get(name) ?? []), listen]),
    },
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  return {
    stored,
    place,
    happen: (name: string, event: { key?: string | null } = {}) =>
      listeners.get(name)?.forEach((listen) => listen(event)),
    forget: () => {
      stored.clear();
      listeners.clear();
      place.hash = "";
    },
  };
});

const kept = vi.hoisted(() => ({
  uploads: vi.fn(),
  stop: vi.fn(),
  players: vi.fn(),
  caches: vi.fn(),
  begin: vi.fn(),
  end: vi.fn(),
}));
vi.mock("$/state/uploads.svelte", () => ({ uploads: { forgetAll: kept.uploads, stop: kept.stop } }));
vi.mock("$/player/memory", () => ({ forgetPlayers: kept.players }));
vi.mock("$/offline/kept.svelte", () => ({ forgetEverything: kept.caches }));
vi.mock("$/state/tracks.svelte", () => ({ tracks: { begin: kept.begin, end: kept.end } }));

const MARK = "stripsession.signed-in";
const ADA = { user_id: "usr_1", email: "ada@example.org", display_name: "", created_at: "2026-01-01T00:00:00.000Z" };

type Answer = { status: number; body?: unknown } | "away";

/** What the server says to each path, and what it was asked. */
const server = { answers: new Map<string, Answer>(), asked: [] as string[] };

async function answer(input: Request | string): Promise<Response> {
  const path = new URL(input instanceof Request ? input.url : input, browser.place.origin).pathname;
  server.asked.push(path);
  const said = server.answers.get(path) ?? { status: 404 };
  if (said === "away") {
    throw new TypeError("fetch failed");
  }
  return new Response(said.status === 204 ? null : JSON.stringify(said.body ?? {}), { status: said.status });
}

const quiet = (): Promise<unknown> =>
  vi.waitFor(() => expect(state().session.status).not.toBe("starting"), { interval: 1 });

let loaded: typeof import("$/state/session.svelte");
const state = (): typeof loaded => loaded;

/** A page that is opened: modules begin anew. */
async function visit({ isRemembered = false, hash = "" } = {}): Promise<void> {
  vi.resetModules();
  browser.place.hash = hash;
  if (isRemembered) {
    browser.stored.set(MARK, "1");
  }
  loaded = await import("$/state/session.svelte");
  await loaded.begin();
}

function say(answers: Record<string, Answer>): void {
  server.answers = new Map(Object.entries(answers));
}

describe("the session", () => {
  beforeEach(() => {
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
  });

  it("asks nothing where nobody was signed in", async () => {
    await visit();
    expect(state().session).toMatchObject({ status: "out", account: null, told: "" });
    expect(server.asked).toEqual([]);
  });

  it("finds who was signed in before", async () => {
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "in", account: ADA });
    expect(kept.begin).toHaveBeenCalledOnce();
  });

  it("asks to sign in where the session is over, and asks nothing the next time", async () => {
    say({ "/v1/me": { status: 401 }, "/v1/auth/refresh": { status: 401 } });
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "out", told: "" });
    expect(browser.stored.has(MARK)).toBe(false);
  });

  it("signs in, and keeps that somebody did, but never who", async () => {
    await visit();
    await state().signIn("ada@example.org", "a long passphrase");
    expect(state().session).toMatchObject({ status: "in", account: ADA });
    expect(JSON.stringify([...browser.stored])).not.toMatch(/ada|usr_1|passphrase/);
  });

  it("stays out with the server's words where the password is wrong", async () => {
    say({ "/v1/auth/login": { status: 401, body: { detail: "The address or the password is wrong." } } });
    await visit();
    await expect(state().signIn("ada@example.org", "wrong")).rejects.toThrow("The address or the password is wrong.");
    expect(state().session.status).toBe("out");
    expect(browser.stored.has(MARK)).toBe(false);
    expect(server.asked).toEqual(["/v1/auth/login"]);
  });

  it("says what to do where the browser refuses the cookies", async () => {
    await visit();
    say({ "/v1/auth/login": { status: 200 }, "/v1/me": { status: 401 }, "/v1/auth/refresh": { status: 401 } });
    await expect(state().signIn("ada@example.org", "a long passphrase")).rejects.toThrow("Allow cookies");
    expect(state().session.status).toBe("out");
  });

  it("spends a one-time link, whose code leaves the address before it is sent", async () => {
    const seen: string[] = [];
    vi.stubGlobal("fetch", (input: Request | string) => {
      seen.push(browser.place.hash);
      return answer(input);
    });
    await visit({ hash: "#/link/one-time-code" });
    expect(server.asked).toEqual(["/v1/auth/link", "/v1/me"]);
    expect(seen).toEqual(["#/", "#/"]);
    expect(state().session.status).toBe("in");
  });

  it("says that a link was spent, and lets who is signed in stay so", async () => {
    const spent = { status: 401, body: { detail: "This link was used.", action: "Ask for a new one." } };
    say({ "/v1/auth/link": spent, "/v1/me": { status: 200, body: ADA } });
    await visit({ hash: "#/link/spent" });
    expect(state().session).toMatchObject({ status: "out", told: "This link was used. Ask for a new one." });
    browser.stored.set(MARK, "1");
    await visit({ isRemembered: true, hash: "#/link/spent" });
    expect(state().session).toMatchObject({ status: "in", account: ADA });
  });

  it("takes a link that comes while the page is open", async () => {
    await visit();
    browser.place.hash = "#/link/one-time-code";
    browser.happen("hashchange");
    await quiet();
    expect(state().session.status).toBe("in");
    expect(browser.place.hash).toBe("#/");
  });

  it("signs out, and forgets what the browser kept for it", async () => {
    await visit({ isRemembered: true, hash: "#/account" });
    await state().signOut();
    expect(state().session).toMatchObject({ status: "out", account: null, told: "" });
    expect(browser.stored.has(MARK)).toBe(false);
    expect(browser.place.hash).toBe("#/");
    for (const forgotten of [kept.uploads, kept.players, kept.caches, kept.end]) {
      expect(forgotten).toHaveBeenCalled();
    }
  });

  it("stays in where signing out did not reach the server", async () => {
    await visit({ isRemembered: true });
    say({ "/v1/auth/logout": "away" });
    await expect(state().signOut()).rejects.toMatchObject({ reason: "UNREACHABLE" });
    expect(state().session.status).toBe("in");
    expect(kept.uploads).not.toHaveBeenCalled();
  });

  it("says that it has ended, and keeps unfinished uploads for whoever signs in again", async () => {
    await visit({ isRemembered: true });
    const { sayEnded } = await import("$/api/refresh");
    sayEnded();
    expect(state().session).toMatchObject({ status: "out", told: "Your session has ended. Sign in again." });
    expect(kept.uploads).not.toHaveBeenCalled();
  });

  it("ends in every tab with the sign-out of one", async () => {
    await visit({ isRemembered: true });
    browser.stored.delete(MARK);
    browser.happen("storage", { key: MARK });
    expect(state().session.status).toBe("out");
    expect(state().session.told).toContain("another tab");
    expect(kept.stop).toHaveBeenCalled();
  });

  it("begins in every tab with the sign-in of one", async () => {
    await visit();
    browser.stored.set(MARK, "2");
    browser.happen("storage", { key: MARK });
    await quiet();
    await vi.waitFor(() => expect(state().session).toMatchObject({ status: "in", account: ADA }), { interval: 1 });
  });

  it("leaves what plays alone where the same person signs in again in another tab", async () => {
    await visit({ isRemembered: true });
    browser.stored.set(MARK, "2");
    browser.happen("storage", { key: MARK });
    await vi.waitFor(() => expect(server.asked).toHaveLength(2), { interval: 1 });
    expect(state().session.status).toBe("in");
    expect(kept.begin).toHaveBeenCalledOnce();
  });

  it("forgets what was kept for one person when another signs in", async () => {
    await visit({ isRemembered: true });
    say({ "/v1/me": { status: 200, body: { ...ADA, user_id: "usr_2" } }, "/v1/auth/link": { status: 200 } });
    browser.place.hash = "#/link/one-time-code";
    browser.happen("hashchange");
    await quiet();
    expect(state().session.account?.user_id).toBe("usr_2");
    expect(kept.uploads).toHaveBeenCalledOnce();
    expect(kept.players).toHaveBeenCalledOnce();
  });
});

describe("a server that is away", () => {
  beforeEach(() => {
    vi.clearAllMocks();
    browser.forget();
    server.asked = [];
    vi.useFakeTimers();
    vi.stubGlobal("fetch", answer);
    return () => vi.useRealTimers();
  });

  it("keeps nobody from what their device holds, and is asked again when the network is back", async () => {
    say({ "/v1/me": "away" });
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "in", account: null });
    say({ "/v1/me": { status: 200, body: ADA } });
    browser.happen("online");
    await vi.waitFor(() => expect(state().session.account).toEqual(ADA));
    expect(kept.begin).toHaveBeenCalledOnce();
  });
});
