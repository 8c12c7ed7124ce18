import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ANSWERS, FIRST_ASKED, FIRST_TRACKS, KEPT, ME, REST, SHELL, WHOLE } from "$/offline/answering";
import { MadeCaches, MadeLocks } from "$/offline/caches.fixture";
import { cutOff } from "$/offline/outage.fixture";
import { StrongRequest } from "$/offline/request.fixture";
import { settled, until } from "$/settled.fixture";
import { MadeChannel } from "$/state/tabs.fixture";
import { madeTrack } from "$/state/track.fixture";
import { EVERYTHING } from "$/state/trackPages";

vi.hoisted(() => Object.defineProperty(globalThis, "location", { value: { origin: "http://page.test" } }));

const TRACK = madeTrack({ state: "ready", stems: ["vocals", "other"] });
const CACHE = `${KEPT}trk_1`;
const LOCK = "stripsession-keep:trk_1";
const PATH = "/v1/tracks/trk_1";
const PIECES = ["vocals/0", "other/0", "vocals/1", "other/1"].map((piece) => `${PATH}/segments/${piece}`);

let made: MadeCaches;
let locks: MadeLocks;
let asked: Request[];
/** What the server does before it answers a path. */
let before: (path: string) => Promise<Response | void>;
let offline: typeof import("$/offline/kept.svelte");

const pathOf = ({ url }: Request): string => url.slice("http://page.test".length);
const state = (): typeof offline.kept.tracks => offline.kept.tracks;

async function server(request: Request): Promise<Response> {
  asked.push(request);
  const path = pathOf(request);
  const said = await before(path);
  request.signal.throwIfAborted();
  if (said) {
    return said;
  }
  const from = /manifest\?from=(\d+)$/.exec(path)?.[1];
  const segments = from === "0" ? [{ index: 0 }, { index: 1 }] : [];
  return from ? Response.json({ segments }) : new Response(path);
}

/** Answers nothing until it is let go. */
function held(): { wait: Promise<void>; letGo: () => void } {
  let letGo = (): void => undefined;
  const wait = new Promise<void>((resolve) => (letGo = resolve));
  return { wait, letGo: () => letGo() };
}

function navigatorWith(more: object): void {
  vi.stubGlobal("navigator", { serviceWorker: { register: async () => undefined }, ...more });
}

/** A page that is opened: its memory begins anew. */
async function visit(): Promise<void> {
  vi.resetModules();
  offline = await import("$/offline/kept.svelte");
}

beforeEach(async () => {
  made = new MadeCaches();
  locks = new MadeLocks();
  asked = [];
  before = async () => undefined;
  vi.stubGlobal("caches", made);
  vi.stubGlobal("fetch", server);
  vi.stubGlobal("Request", StrongRequest);
  vi.stubGlobal("BroadcastChannel", MadeChannel);
  navigatorWith({ locks });
  await visit();
});
afterEach(() => {
  MadeChannel.closeAll();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("keeping a track", () => {
  it("fetches all of it, and says last that it is whole", async () => {
    await offline.keep(TRACK);
    const paths = made.pathsOf(CACHE)!;
    expect(paths.at(-1)).toBe(WHOLE);
    expect(paths.slice(0, -1).sort()).toEqual([PATH, `${PATH}/manifest?from=0`, ...PIECES].sort());
    expect(state()["trk_1"]).toEqual({ part: 1, stopping: null });
  });

  it("keeps the list that it is on as well, which the worker of a first visit never heard asked for", async () => {
    await offline.keep(TRACK);
    expect(made.pathsOf(ANSWERS)).toEqual(FIRST_ASKED);
    before = async () => Response.json({ tracks: [], next_cursor: null });
    await (await import("$/state/trackPages")).trackPage(EVERYTHING, { limit: FIRST_TRACKS });
    expect(FIRST_ASKED).toContain(pathOf(asked.at(-1)!));
  });

  it("asked for twice fetches once", async () => {
    await Promise.all([offline.keep(TRACK), offline.keep(TRACK)]);
    expect(asked.filter((request) => pathOf(request) === PATH)).toHaveLength(1);
  });

  it("leaves nothing where a piece does not come, and asks for no more of them", async () => {
    const others = held();
    before = async (path) => {
      if (path === PIECES[0]) {
        return new Response("{}", { status: 409 });
      }
      return path.includes("/segments/") ? others.wait : undefined;
    };
    await expect(offline.keep(TRACK)).rejects.toMatchObject({ status: 409 });
    expect(await made.keys()).toEqual([]);
    expect(state()).toEqual({});
    others.letGo();
    await settled();
    expect(asked.map(pathOf)).not.toContain(PIECES.at(-1));
  });

  it.each([
    ["does not answer whether it may make room with it", () => new Promise<boolean>(() => undefined)],
    ["refuses to be asked", () => Promise.reject(new TypeError("not here"))],
  ])("keeps it all the same where the browser %s", async (_, persist) => {
    navigatorWith({ locks, storage: { persist } });
    await offline.keep(TRACK);
    expect(state()["trk_1"]).toEqual({ part: 1, stopping: null });
  });

  it.each([PATH, `${PATH}/manifest?from=0`, PIECES[0]!, ME])(
    "is stopped in the middle of %s without a word",
    async (at) => {
      const answer = held();
      before = async (path) => (path === at ? answer.wait : undefined);
      const keeping = offline.keep(TRACK);
      await until(() => asked.map(pathOf).includes(at));
      await offline.forget("trk_1");
      expect(asked.find((request) => pathOf(request) === at)!.signal.aborted).toBe(true);
      answer.letGo();
      await keeping;
      expect((await made.keys()).filter((name) => name !== ANSWERS)).toEqual([]);
      expect(state()).toEqual({});
    },
  );

  it.each([PATH, `${PATH}/manifest?from=0`, PIECES[1]!])("goes on from %s after an outage", async (at) => {
    const network = cutOff({ serviceWorker: { register: async () => undefined }, locks });
    before = async (path) =>
      path === at && !network.isBack ? Promise.reject(new TypeError("fetch failed")) : undefined;
    const keeping = offline.keep(TRACK);
    await until(() => asked.map(pathOf).includes(at));
    await settled();
    network.comeBack();
    await keeping;
    expect(made.pathsOf(CACHE)).toContain(WHOLE);
  });

  it("that was stopped says nothing of the one that was begun after it", async () => {
    const answer = held();
    before = async (path) => (path === PATH && asked.length === 1 ? answer.wait : undefined);
    const first = offline.keep(TRACK);
    await until(() => asked.length === 1);
    await offline.forget("trk_1");
    const second = offline.keep(TRACK);
    answer.letGo();
    await Promise.all([first, second]);
    expect(state()["trk_1"]).toEqual({ part: 1, stopping: null });
    expect(made.pathsOf(CACHE)).toContain(WHOLE);
  });

  it("finds it here where another tab has fetched it", async () => {
    await made.made(CACHE, [PATH, WHOLE]);
    await offline.keep(TRACK);
    expect(asked).toEqual([]);
    expect(state()["trk_1"]).toMatchObject({ part: 1 });
  });
});

describe("a page that is opened", () => {
  it("knows which tracks are kept", async () => {
    await made.made(CACHE, [PATH, WHOLE]);
    await offline.beginOffline();
    expect(state()).toEqual({ trk_1: { part: 1, stopping: null } });
  });

  it("removes the half that a closed page left", async () => {
    await made.made(CACHE, [PATH]);
    await offline.beginOffline();
    expect(state()).toEqual({});
    expect(await made.keys()).toEqual([]);
  });

  it("leaves a half alone that another tab is just fetching", async () => {
    await made.made(CACHE, [PATH]);
    locks.elsewhere.add(LOCK);
    await offline.beginOffline();
    expect(state()).toEqual({});
    expect(await made.keys()).toEqual([CACHE]);
  });

  it("offers to keep nothing where the browser refuses that", async () => {
    expect(offline.canKeep()).toBe(true);
    vi.stubGlobal("caches", { keys: async () => Promise.reject(new DOMException("no", "SecurityError")) });
    await offline.beginOffline();
    expect(offline.canKeep()).toBe(false);
  });

  it.each(["SecurityError", "NotSupportedError"])(
    "needs the network, and says nothing of it, where workers are forbidden with %s",
    async (name) => {
      vi.stubEnv("PROD", true);
      const register = vi.fn(async () => Promise.reject(new DOMException("forbidden", name)));
      navigatorWith({ locks, serviceWorker: { register } });
      await offline.beginOffline();
      expect(register).toHaveBeenCalledOnce();
    },
  );

  it("goes on without its worker where the network is cut, and has it when that is back", async () => {
    vi.stubEnv("PROD", true);
    const online = new EventTarget();
    vi.stubGlobal("addEventListener", online.addEventListener.bind(online));
    const register = vi.fn(async () => Promise.reject(new TypeError("no script")));
    navigatorWith({ locks, serviceWorker: { register } });
    await offline.beginOffline();
    online.dispatchEvent(new Event("online"));
    await settled();
    expect(register).toHaveBeenCalledTimes(2);
    register.mockImplementation(async () => ({}) as never);
    online.dispatchEvent(new Event("online"));
    await settled();
    online.dispatchEvent(new Event("online"));
    expect(register).toHaveBeenCalledTimes(3);
  });

  it("tells every other fault of its worker", async () => {
    vi.stubEnv("PROD", true);
    const register = async (): Promise<never> => {
      throw new DOMException("The document is not active.", "InvalidStateError");
    };
    navigatorWith({ locks, serviceWorker: { register } });
    await expect(offline.beginOffline()).rejects.toThrow("not active");
  });

  it("removes a half also where the browser has no locks", async () => {
    navigatorWith({});
    await made.made(CACHE, [PATH]);
    await offline.beginOffline();
    expect(await made.keys()).toEqual([]);
  });
});

describe("a track that is kept on the first visit", () => {
  let worker: EventTarget & { state: string };

  beforeEach(() => {
    vi.stubEnv("PROD", true);
    worker = Object.assign(new EventTarget(), { state: "installing" });
    const register = async (): Promise<object> => ({ active: null, installing: worker, waiting: null });
    navigatorWith({ locks, serviceWorker: { register } });
  });

  it.each(["activated", "redundant"])("is called so once the worker that gives it is %s", async (end) => {
    const keeping = offline.keep(TRACK);
    await until(() => made.pathsOf(ANSWERS)?.length === FIRST_ASKED.length);
    worker.state = "installed";
    worker.dispatchEvent(new Event("statechange"));
    await settled();
    expect(state()["trk_1"]!.stopping).not.toBeNull();
    expect(made.pathsOf(CACHE)).not.toContain(WHOLE);
    expect(state()["trk_1"]!.part).toBeLessThan(1);
    worker.state = end;
    worker.dispatchEvent(new Event("statechange"));
    await keeping;
    expect(state()["trk_1"]!.stopping).toBeNull();
  });
});

describe("what another tab keeps", () => {
  let other: typeof offline;

  beforeEach(async () => {
    await offline.beginOffline();
    other = offline;
    await visit();
    await offline.beginOffline();
  });

  it("is known here at once, and so is that it keeps it no more", async () => {
    await other.keep(TRACK);
    await settled();
    expect(state()).toEqual({ trk_1: { part: 1, stopping: null } });
    await other.forget("trk_1");
    expect(state()).toEqual({});
    expect(await made.keys()).toEqual([ANSWERS]);
  });

  it("is not believed where it is not here", async () => {
    new MadeChannel("stripsession.kept").postMessage({ news: "kept", track_id: "trk_2" });
    await settled();
    expect(state()).toEqual({});
    expect(await made.keys()).toEqual([]);
  });
});

describe("the tracks of a library without a network", () => {
  beforeEach(async () => {
    await made.made(`${KEPT}trk_2`, ["/v1/tracks/trk_2"]);
    const cache = await made.open(CACHE);
    await cache.put(PATH, Response.json(TRACK));
    await cache.put(WHOLE, new Response(""));
  });

  it("are those that are kept whole", async () => {
    await made.made(ANSWERS, [ME]);
    expect(await offline.keptTracks()).toEqual([TRACK]);
  });

  it("are none while nobody knows whose they are", async () => {
    expect(await offline.keptTracks()).toEqual([]);
    expect(await made.keys()).not.toContain(ANSWERS);
    await made.open(ANSWERS);
    expect(await offline.keptTracks()).toEqual([]);
  });
});

describe("a review of what is kept", () => {
  beforeEach(async () => {
    await made.made(CACHE, [PATH, WHOLE]);
    await made.made(`${KEPT}trk_2`, ["/v1/tracks/trk_2", WHOLE]);
    await offline.beginOffline();
  });

  it("removes what was deleted elsewhere, and only that", async () => {
    before = async (path) => (path === PATH ? new Response("{}", { status: 404 }) : undefined);
    await offline.reviewKept();
    expect(await made.keys()).toEqual([`${KEPT}trk_2`]);
    expect(Object.keys(state())).toEqual(["trk_2"]);
  });

  it("asks once for each track, also when it is wanted twice", async () => {
    await Promise.all([offline.reviewKept(), offline.reviewKept()]);
    expect(asked.map(pathOf)).toEqual([PATH, "/v1/tracks/trk_2"]);
  });

  it("removes nothing where the server is away", async () => {
    before = async () => {
      throw new TypeError("fetch failed");
    };
    await offline.reviewKept();
    expect(Object.keys(state())).toEqual(["trk_1", "trk_2"]);
    expect(asked).toHaveLength(1);
  });
});

describe("forgetting everything", () => {
  it("removes each track and the last answers, known to this page or not, and nothing else", async () => {
    await made.made(CACHE, [PATH, WHOLE]);
    await offline.beginOffline();
    await Promise.all([`${KEPT}trk_2`, ANSWERS, "stripsession.shell.new"].map((name) => made.open(name)));
    await offline.forgetEverything();
    expect(await made.keys()).toEqual(["stripsession.shell.new"]);
    expect(state()).toEqual({});
  });

  it("stops what is being fetched", async () => {
    const answer = held();
    before = async (path) => (path === PATH ? answer.wait : undefined);
    const keeping = offline.keep(TRACK);
    await until(() => asked.length === 1);
    await offline.forgetEverything();
    expect(asked[0]!.signal.aborted).toBe(true);
    answer.letGo();
    await keeping;
    await settled();
    expect(await made.keys()).toEqual([]);
  });

  it("does no harm where the browser has no caches, or refuses them", async () => {
    vi.stubGlobal("caches", { keys: async () => Promise.reject(new DOMException("no", "SecurityError")) });
    await offline.forgetEverything();
    await offline.forget("trk_1");
    vi.unstubAllGlobals();
    await offline.forgetEverything();
  });
});

it("is not called kept where the page's other parts do not come", async () => {
  const shell = `${SHELL}new`;
  await made.made(shell, ["/"]);
  await (await made.open(shell)).put(REST, Response.json(["/assets/gone.js"]));
  before = async (path) => (path === "/assets/gone.js" ? new Response("", { status: 404 }) : undefined);
  await offline.beginOffline();
  await expect(offline.keep(TRACK)).rejects.toMatchObject({ status: 404 });
  expect(await made.keys()).not.toContain(CACHE);
});
