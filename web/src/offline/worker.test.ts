import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ANSWERS, KEPT, REST, SHELL } from "$/offline/answering";
import { MadeCaches } from "$/offline/caches.fixture";
import { serve } from "$/offline/worker";
import { MadeWorker } from "$/offline/worker.fixture";

const FILES = ["/", "/assets/index-a.js", "/icon.svg"];
const PARTS = ["/assets/player-b.js"];
const TRACK = "/v1/tracks/trk_1";
const KEPT_TRACK = `${KEPT}trk_1`;

let made: MadeCaches;
let worker: MadeWorker;
let network: (path: string, cache: RequestCache) => Response;

const fresh = (path: string): Response => new Response(`fresh ${path}`);
const away = (): Response => {
  throw new TypeError("fetch failed");
};

beforeEach(() => {
  made = new MadeCaches();
  worker = new MadeWorker();
  network = fresh;
  vi.stubGlobal("caches", made);
  vi.stubGlobal("fetch", async (input: Request | string) =>
    input instanceof Request
      ? network(input.url.slice(worker.location.origin.length), input.cache)
      : network(input, "default"),
  );
  serve(worker as unknown as ServiceWorkerGlobalScope, { first: FILES, rest: PARTS, name: "new" });
});
afterEach(() => vi.unstubAllGlobals());

describe("a worker that is installed", () => {
  it("takes what opens the page into a cache of its own, and of the rest a list alone", async () => {
    await worker.happen("install");
    expect(await made.keys()).toEqual([`${SHELL}new`]);
    expect(made.pathsOf(`${SHELL}new`)).toEqual([...FILES, REST]);
    const list = await (await made.open(`${SHELL}new`)).match(REST);
    expect(await list!.json()).toEqual(PARTS);
  });

  it("is not installed where one of them does not come", async () => {
    network = (path) => (path === "/icon.svg" ? new Response("", { status: 404 }) : fresh(path));
    await expect(worker.happen("install")).rejects.toThrow("/icon.svg");
  });

  it("leaves the older page its files until it takes over", async () => {
    await made.made(`${SHELL}old`, FILES);
    await worker.happen("install");
    expect(await made.keys()).toEqual([`${SHELL}old`, `${SHELL}new`]);
  });

  it.each([`${SHELL}old`, KEPT_TRACK])("takes the whole page where there is %s, which it must open", async (name) => {
    await made.made(name, FILES);
    await worker.happen("install");
    await worker.happen("activate");
    expect(made.pathsOf(`${SHELL}new`)).toEqual([...FILES, ...PARTS, REST]);
  });
});

it("asks anew for a sound, of which Firefox gives everybody the part that its player asked for", async () => {
  const sound = "/assets/hush.flac";
  await made.made(KEPT_TRACK, [TRACK]);
  worker = new MadeWorker();
  serve(worker as unknown as ServiceWorkerGlobalScope, { first: FILES, rest: [sound], name: "new" });
  network = (path, cache) => new Response(path, { status: path === sound && cache !== "reload" ? 206 : 200 });
  await worker.happen("install");
  expect(made.pathsOf(`${SHELL}new`)).toContain(sound);
});

describe("a worker that takes over", () => {
  it("removes the files of older pages, and neither last answers nor tracks that are kept", async () => {
    await made.made(`${SHELL}old`, FILES);
    await made.made(ANSWERS, ["/v1/me"]);
    await made.made(KEPT_TRACK, [TRACK]);
    await worker.happen("install");
    await worker.happen("activate");
    expect(await made.keys()).toEqual([ANSWERS, KEPT_TRACK, `${SHELL}new`]);
    expect(worker.claims).toBe(0);
  });

  it("takes the page that brought it, where it is the browser's first", async () => {
    await worker.happen("install");
    await worker.happen("activate");
    expect(worker.claims).toBe(1);
  });
});

describe("a worker that is asked", () => {
  beforeEach(() => worker.happen("install"));

  it("gives the page and its files without a network", async () => {
    network = away;
    expect(await (await worker.ask("/", { mode: "navigate" }))!.text()).toBe("fresh /");
    expect(await (await worker.ask("/assets/index-a.js"))!.text()).toBe("fresh /assets/index-a.js");
  });

  it.each([
    ["/v1/billing/usage", {}],
    ["/v1/privacy/erasures", {}],
    [`${TRACK}/shares`, {}],
    [`${TRACK}/events`, {}],
    [`${TRACK}/stems/vocals.wav`, { mode: "navigate" }],
    ["/v1/auth/login", { method: "POST" }],
    [TRACK, { method: "DELETE" }],
  ])("leaves %s to the network, and keeps nothing of it", async (path, how) => {
    expect(await worker.ask(path, how)).toBeNull();
    expect(await made.keys()).toEqual([`${SHELL}new`]);
  });

  it.each([TRACK, `${TRACK}/manifest?from=0`, `${TRACK}/segments/vocals/0`])(
    "keeps no answer to %s of a track that nobody keeps",
    async (path) => {
      expect(await (await worker.ask(path))!.text()).toBe(`fresh ${path}`);
      expect(await made.keys()).toEqual([`${SHELL}new`]);
    },
  );

  it("keeps what is told of a track that is kept, and gives it without a network", async () => {
    await made.made(KEPT_TRACK, [TRACK]);
    await worker.ask(TRACK);
    network = away;
    expect(await (await worker.ask(TRACK))!.text()).toBe(`fresh ${TRACK}`);
  });

  it("keeps of other answers only who is signed in and the first of the tracks", async () => {
    for (const path of ["/v1/me", "/v1/tracks", "/v1/tracks?cursor=next", "/v1/tracks?q=night", "/v1/billing/plans"]) {
      await worker.ask(path);
    }
    expect(made.pathsOf(ANSWERS)).toEqual(["/v1/me", "/v1/tracks"]);
  });
});
