import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ANSWERS, KEPT, KEPT_HEADER, SHELL } from "$/offline/answering";
import { MadeCaches } from "$/offline/caches.fixture";
import { answerTo, forgetOtherShells } from "$/offline/roads";

const ORIGIN = "http://page.test";
const PAGE = `${SHELL}new`;
const TRACK = "/v1/tracks/trk_1";
const KEPT_TRACK = `${KEPT}trk_1`;

let made: MadeCaches;
let asked: string[];
let network: () => Response;

const away = (): Response => {
  throw new TypeError("fetch failed");
};

function request(path: string, mode?: string): Request {
  const asking = new Request(ORIGIN + path);
  // Only a browser makes a navigation.
  return mode ? Object.defineProperty(asking, "mode", { value: mode }) : asking;
}

const answer = async (path: string, mode?: string): Promise<Response> =>
  (await answerTo(request(path, mode), ORIGIN, PAGE))!;

beforeEach(() => {
  made = new MadeCaches();
  asked = [];
  network = () => new Response("fresh");
  vi.stubGlobal("caches", made);
  vi.stubGlobal("fetch", async (sent: Request) => {
    asked.push(sent.url.slice(ORIGIN.length));
    return network();
  });
});

describe("the page", () => {
  it("is the newest where the network has it", async () => {
    await made.made(PAGE, ["/"]);
    expect(await (await answer("/", "navigate")).text()).toBe("fresh");
  });

  it("is the one that is kept where the network is away", async () => {
    await made.made(PAGE, ["/"]);
    network = away;
    expect(await (await answer("/?a=1", "navigate")).text()).toBe("/");
  });

  it("takes a file of its build from this device, without asking", async () => {
    await made.made(PAGE, ["/assets/a.js"]);
    expect(await (await answer("/assets/a.js")).text()).toBe("/assets/a.js");
    expect(asked).toEqual([]);
  });

  it("asks for a file of another build", async () => {
    await made.made(PAGE, ["/assets/a.js"]);
    expect(await (await answer("/assets/b.js")).text()).toBe("fresh");
  });

  it("leaves a download that a person opens to the browser", () => {
    expect(answerTo(request(`${TRACK}/stems/vocals.wav`, "navigate"), ORIGIN, PAGE)).toBeNull();
  });
});

describe("an answer", () => {
  it("is the network's where there is one, unmarked, and the last one to be told without", async () => {
    const fresh = await answer("/v1/tracks");
    expect(fresh.headers.has(KEPT_HEADER)).toBe(false);
    network = away;
    expect(await (await answer("/v1/tracks")).text()).toBe("fresh");
  });

  it("says that it is from this device", async () => {
    await made.made(ANSWERS, ["/v1/me"]);
    network = away;
    const told = await answer("/v1/me");
    expect([told.status, told.headers.get(KEPT_HEADER), await told.text()]).toEqual([200, "1", "/v1/me"]);
  });

  it("fails as the network does where nothing is kept", async () => {
    network = away;
    await expect(answer("/v1/me")).rejects.toThrow("fetch failed");
  });

  it("that is a refusal replaces nothing that is kept", async () => {
    await made.made(ANSWERS, ["/v1/me"]);
    network = () => new Response("", { status: 401 });
    expect((await answer("/v1/me")).status).toBe(401);
    network = away;
    expect(await (await answer("/v1/me")).text()).toBe("/v1/me");
  });
});

describe("a network that says nothing, or a server that is away behind it", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([502, 503, 504])("gives way to what is kept where a proxy answers %i", async (status) => {
    await made.made(PAGE, ["/"]);
    await made.made(ANSWERS, ["/v1/me"]);
    network = () => new Response("the proxy's page", { status });
    expect(await (await answer("/", "navigate")).text()).toBe("/");
    expect((await answer("/v1/me")).headers.get(KEPT_HEADER)).toBe("1");
  });

  it("keeps its refusal where nothing is kept", async () => {
    network = () => new Response("", { status: 503 });
    expect((await answer("/v1/me")).status).toBe(503);
  });

  it("is not waited for longer than four seconds, and what it says later is kept", async () => {
    await made.made(ANSWERS, ["/v1/me"]);
    let say!: (response: Response) => void;
    vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => (say = resolve)));
    const told = answer("/v1/me");
    await vi.advanceTimersByTimeAsync(3_999);
    let isTold = false;
    void told.then(() => (isTold = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(isTold).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await told).headers.get(KEPT_HEADER)).toBe("1");
    say(new Response("late"));
    await vi.advanceTimersByTimeAsync(0);
    expect(await (await (await made.open(ANSWERS)).match(request("/v1/me")))!.text()).toBe("late");
  });
});

describe("a track", () => {
  it("is not kept by being looked at", async () => {
    await answer(TRACK);
    expect(await made.keys()).toEqual([]);
  });

  it("that is kept is renewed by each answer", async () => {
    await made.made(KEPT_TRACK, [TRACK]);
    await answer(TRACK);
    network = away;
    expect(await (await answer(TRACK)).text()).toBe("fresh");
  });

  it("that is kept plays from this device, without asking", async () => {
    const segment = `${TRACK}/segments/vocals/0`;
    await made.made(KEPT_TRACK, [segment]);
    expect(await (await answer(segment)).text()).toBe(segment);
    expect(asked).toEqual([]);
  });

  it.each([TRACK, `${TRACK}/manifest?from=0`])("goes from this device where the server knows no %s", async (path) => {
    await made.made(KEPT_TRACK, [TRACK, `${TRACK}/segments/vocals/0`]);
    network = () => new Response("", { status: 404 });
    expect((await answer(path)).status).toBe(404);
    expect(await made.keys()).toEqual([]);
  });

  it("takes no other with it, nor the last answers", async () => {
    await made.made(ANSWERS, ["/v1/me"]);
    await made.made(`${KEPT}trk_2`, ["/v1/tracks/trk_2"]);
    network = () => new Response("", { status: 404 });
    await answer(TRACK);
    await answer("/v1/me");
    expect(await made.keys()).toEqual([ANSWERS, `${KEPT}trk_2`]);
  });
});

describe("a worker that takes over", () => {
  it("removes the pages of other builds, says that there were some, and leaves the rest", async () => {
    await Promise.all([`${SHELL}old`, PAGE, ANSWERS, KEPT_TRACK].map((name) => made.open(name)));
    expect(await forgetOtherShells(PAGE)).toBe(true);
    expect(await made.keys()).toEqual([PAGE, ANSWERS, KEPT_TRACK]);
  });

  it("knows that it is the first", async () => {
    await made.open(PAGE);
    expect(await forgetOtherShells(PAGE)).toBe(false);
  });
});
