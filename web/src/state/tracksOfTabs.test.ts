import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { madeTrack } from "$/state/track.fixture";
import { joiningTabs } from "$/state/tabs";
import { MadeChannel } from "$/state/tabs.fixture";
import { HandTimer } from "$/state/timer.fixture";
import type { TrackNow } from "$/state/track";
import { type TrackPage, type TrackQuery } from "$/state/trackPages";
import { Tracks } from "$/state/tracks.svelte";

interface Asked {
  query: TrackQuery;
  offset?: number;
  limit?: number;
  signal?: AbortSignal;
  answer: (page: TrackPage) => void;
  fail: (error: unknown) => void;
}

const asked: Asked[] = [];
const server = vi.hoisted(() => ({ GET: vi.fn(), POST: vi.fn(), PATCH: vi.fn(), DELETE: vi.fn() }));

vi.mock("$/state/trackPages", async (original) => ({
  ...(await original<object>()),
  trackPage: (query: TrackQuery, how: { offset?: number; limit?: number; signal?: AbortSignal }) =>
    new Promise<TrackPage>((resolve, reject) => {
      asked.push({ query, ...how, answer: resolve, fail: reject });
    }),
}));
vi.mock("$/api/client", () => ({
  api: server,
  told: async (answer: Promise<unknown>) => answer,
  addresses: { events: () => "" },
}));

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ready = (track_id: string): TrackNow => madeTrack({ track_id, state: "ready" });
const page = (ids: string[], total = ids.length, offset = 0): TrackPage => ({
  tracks: ids.map(ready),
  offset,
  total,
  isKept: false,
});

let tracks: Tracks;
let timer: HandTimer;

/** A tab that somebody is signed in in. */
function tab(): Tracks {
  const opened = new Tracks({
    open: () => ({ readyState: 1, addEventListener: () => undefined, onerror: null, close: () => undefined }),
    timer,
    join: joiningTabs("tracks", ["arrived", "changed", "gone"]),
  });
  opened.begin();
  return opened;
}

async function answer(told: TrackPage): Promise<void> {
  asked.at(-1)!.answer(told);
  await settled();
}

beforeEach(async () => {
  asked.length = 0;
  timer = new HandTimer();
  vi.resetAllMocks();
  vi.stubGlobal("BroadcastChannel", MadeChannel);
  tracks = tab();
});
afterEach(() => {
  MadeChannel.closeAll();
  vi.unstubAllGlobals();
});

describe("what one tab does", () => {
  let other: Tracks;

  beforeEach(async () => {
    await answer(page(["b", "a"]));
    other = tab();
    await answer(page(["b", "a"]));
  });

  it.each([
    ["a new title", "PATCH", () => tracks.update("a", { title: "New" })],
    ["a separation that is called off", "POST", () => tracks.cancel("a")],
    ["one that is tried again", "POST", () => tracks.retry("a")],
  ] as const)("is seen in the other at once, as the server tells it there: %s", async (_, method, work) => {
    server[method].mockResolvedValue({ ...ready("a"), title: "New" });
    server.GET.mockResolvedValue({ ...ready("a"), title: "New" });
    await work();
    await settled();
    expect(other.get("a")?.title).toBe("New");
    // One reading, in the other tab: neither answers what it has heard, nor what it said itself.
    expect(server.GET).toHaveBeenCalledOnce();
  });

  it.each([
    ["deleted", () => tracks.delete("a")],
    ["found gone", async () => tracks.gone("a")],
  ])("takes a track that is %s off the other's list, which asks nobody", async (_, work) => {
    await work();
    expect(other.ids).toEqual(["b"]);
    expect(other.get("a")).toBeUndefined();
    expect(server.GET).not.toHaveBeenCalled();
  });

  it("puts a new upload first on the other's list", async () => {
    server.POST.mockResolvedValue(ready("new"));
    server.GET.mockResolvedValue(ready("new"));
    await tracks.create("upl_1");
    await settled();
    expect(tracks.ids).toEqual(["new", "b", "a"]);
    expect(other.ids).toEqual(["new", "b", "a"]);
    expect(server.GET).toHaveBeenCalledOnce();
  });

  it("lets the other forget a track that is deleted by the time it asks", async () => {
    server.PATCH.mockResolvedValue(ready("a"));
    server.GET.mockRejectedValue(new Problem(404, {}));
    await tracks.update("a", { title: "New" });
    await settled();
    expect(other.ids).toEqual(["b"]);
  });

  it("leaves the other as it is where the server is away", async () => {
    server.PATCH.mockResolvedValue(ready("a"));
    server.GET.mockRejectedValue(Problem.unreachable());
    await tracks.update("a", { title: "New" });
    await settled();
    expect(other.ids).toEqual(["b", "a"]);
  });

  it("is not heard where nobody is signed in any more", async () => {
    other.end();
    server.PATCH.mockResolvedValue(ready("a"));
    await tracks.update("a", { title: "New" });
    await settled();
    expect(server.GET).not.toHaveBeenCalled();
  });
});
