import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { settled } from "$/settled.fixture";
import { madeTrack } from "$/state/track.fixture";
import { joiningTabs } from "$/state/tabs";
import { MadeChannel } from "$/state/tabs.fixture";
import { HandTimer } from "$/state/timer.fixture";
import type { TrackNow } from "$/state/track";
import { EVERYTHING, type TrackPage, type TrackQuery } from "$/state/trackPages";
import { Tracks } from "$/state/tracks.svelte";

interface Asked {
  query: TrackQuery;
  cursor?: string | null;
  signal?: AbortSignal;
  answer: (page: TrackPage) => void;
  fail: (error: unknown) => void;
}

const asked: Asked[] = [];
const server = vi.hoisted(() => ({ GET: vi.fn(), POST: vi.fn(), PATCH: vi.fn(), DELETE: vi.fn() }));

vi.mock("$/state/trackPages", async (original) => ({
  ...(await original<object>()),
  trackPage: (query: TrackQuery, how: { cursor?: string | null; signal?: AbortSignal }) =>
    new Promise<TrackPage>((resolve, reject) => {
      asked.push({ query, ...how, answer: resolve, fail: reject });
    }),
}));
vi.mock("$/api/client", () => ({
  api: server,
  told: async (answer: Promise<unknown>) => answer,
  addresses: { events: () => "" },
}));

const ready = (track_id: string): TrackNow => madeTrack({ track_id, state: "ready" });
const page = (ids: string[], next_cursor: string | null = null): TrackPage => ({
  tracks: ids.map(ready),
  next_cursor,
  isKept: false,
});
const keptPage = (ids: string[]): TrackPage => ({ ...page(ids), isKept: true });

let tracks: Tracks;

/** A tab that somebody is signed in in. */
function tab(): Tracks {
  const opened = new Tracks({
    open: () => ({ readyState: 1, addEventListener: () => undefined, onerror: null, close: () => undefined }),
    timer: new HandTimer(),
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
  vi.resetAllMocks();
  vi.stubGlobal("BroadcastChannel", MadeChannel);
  tracks = tab();
});
afterEach(() => {
  MadeChannel.closeAll();
  vi.unstubAllGlobals();
});

describe("the library's tracks", () => {
  it("are loaded when somebody signs in, and gone when they sign out", async () => {
    expect(tracks.status).toBe("loading");
    await answer(page(["b", "a"]));
    expect(tracks.status).toBe("ready");
    expect(tracks.list.map(({ track_id }) => track_id)).toEqual(["b", "a"]);
    tracks.end();
    expect(tracks.ids).toEqual([]);
    expect(tracks.get("a")).toBeUndefined();
  });

  it("come page by page, each track once", async () => {
    await answer(page(["c", "b"], "next"));
    void tracks.loadMore();
    void tracks.loadMore();
    expect(asked).toHaveLength(2);
    expect(asked.at(-1)!.cursor).toBe("next");
    await answer(page(["b", "a"]));
    expect(tracks.ids).toEqual(["c", "b", "a"]);
    expect(tracks.hasMore).toBe(false);
  });

  it("say why no more came, and ask again when asked", async () => {
    await answer(page(["c"], "next"));
    void tracks.loadMore();
    asked.at(-1)!.fail(Problem.unreachable());
    await settled();
    expect(tracks.moreFault).toBeInstanceOf(Problem);
    void tracks.loadMore();
    await answer(page(["b"]));
    expect(tracks.ids).toEqual(["c", "b"]);
    expect(tracks.moreFault).toBeNull();
  });

  it("are those of the last search, whatever order the answers come in", async () => {
    await answer(page(["b", "a"]));
    void tracks.show({ ...EVERYTHING, text: "ni" });
    void tracks.show({ ...EVERYTHING, text: "night" });
    const [, early, late] = asked;
    expect(early!.signal!.aborted).toBe(true);
    late!.answer(page(["a"]));
    early!.answer(page(["b"]));
    await settled();
    expect(tracks.ids).toEqual(["a"]);
  });

  it("stay on screen until a new search is answered, and say when it fails", async () => {
    await answer(page(["b", "a"]));
    void tracks.show({ ...EVERYTHING, tag: "slow" });
    expect(tracks.ids).toEqual(["b", "a"]);
    expect(tracks.isTurning).toBe(true);
    asked.at(-1)!.fail(Problem.unreachable());
    await settled();
    expect(tracks.status).toBe("failed");
  });

  it("begin with a new upload, also when an older answer comes after it", async () => {
    server.POST.mockResolvedValue(ready("new"));
    const first = asked.at(-1)!;
    await tracks.create("upl_1");
    expect(server.POST.mock.calls[0]![1]).toMatchObject({
      body: { upload_id: "upl_1" },
      params: { header: { "Idempotency-Key": "upl_1" } },
    });
    first.answer(page(["b", "a"]));
    await settled();
    await answer(page(["new", "b", "a"]));
    expect(tracks.ids).toEqual(["new", "b", "a"]);
  });

  it("keep as much as was loaded when one comes into a search, and do not move until it has its place", async () => {
    await answer(page(["d"]));
    void tracks.show({ ...EVERYTHING, sort: "title" });
    await answer(page(["a", "b"], "next"));
    void tracks.loadMore();
    await answer(page(["d", "e"], "more"));
    server.POST.mockResolvedValue(ready("c"));
    await tracks.create("upl_1");
    expect(tracks.isTurning).toBe(false);
    await answer(page(["a", "b"], "next"));
    expect(tracks.ids).toEqual(["a", "b", "d", "e"]);
    await answer(page(["c", "d"], "still more"));
    expect(tracks.ids).toEqual(["a", "b", "c", "d"]);
    expect(tracks.hasMore).toBe(true);
  });

  it("stay as they are where one comes and the list cannot be read again", async () => {
    await answer(page(["d"]));
    void tracks.show({ ...EVERYTHING, sort: "title" });
    await answer(page(["a", "b"]));
    server.POST.mockResolvedValue(ready("c"));
    await tracks.create("upl_1");
    asked.at(-1)!.fail(Problem.unreachable());
    await settled();
    expect(tracks.status).toBe("ready");
    expect(tracks.ids).toEqual(["a", "b"]);
  });

  it("are another question for another person", () => {
    const { query } = tracks;
    tracks.end();
    expect(tracks.query).toEqual(query);
    expect(tracks.query).not.toBe(query);
  });

  it("are made with the model that was chosen", async () => {
    server.POST.mockResolvedValue(ready("new"));
    await tracks.create("upl_1", "sextet");
    expect(server.POST.mock.calls[0]![1]).toMatchObject({ body: { upload_id: "upl_1", model: "sextet" } });
  });

  it("are hidden while a deletion can be taken back, and shown in their place after that", async () => {
    await answer(page(["c", "b", "a"]));
    tracks.hide("b", true);
    expect(tracks.ids).toEqual(["c", "a"]);
    tracks.hide("b", false);
    expect(tracks.ids).toEqual(["c", "b", "a"]);
  });

  it("take what another tab did when they are read again", async () => {
    await answer(page(["b", "a"]));
    void tracks.refresh();
    await answer(page(["c", "a"]));
    expect(tracks.ids).toEqual(["c", "a"]);
  });

  it("are gone here too when they were deleted, whatever a reading from before says", async () => {
    await answer(page(["b", "a"]));
    void tracks.refresh();
    await tracks.delete("b");
    await answer(page(["b", "a"]));
    expect(tracks.ids).toEqual(["a"]);
  });

  it("are gone when the server knows them no more, and whoever asked is told", async () => {
    await answer(page(["b", "a"]));
    server.GET.mockRejectedValue(new Problem(404, {}));
    await expect(tracks.find("a")).rejects.toMatchObject({ status: 404 });
    expect(tracks.ids).toEqual(["b"]);
  });

  it("that are deleted while the list is read again are not known any more, whatever that reading says", async () => {
    await answer(page(["b", "a"]));
    void tracks.refresh();
    const before = asked.at(-1)!;
    await tracks.delete("b");
    before.answer(page(["b", "a"]));
    await settled();
    await answer(page(["a"]));
    expect(tracks.get("b")).toBeUndefined();
    expect(tracks.ids).toEqual(["a"]);
  });

  it("that are deleted while more are read do not come back with those", async () => {
    await answer(page(["c", "b"], "next"));
    void tracks.loadMore();
    await tracks.delete("a");
    await answer(page(["a"]));
    await answer(page([]));
    expect(tracks.ids).toEqual(["c", "b"]);
  });

  it.each([
    ["a change", "PATCH", () => tracks.update("a", { title: "New" })],
    ["a stop", "POST", () => tracks.cancel("a")],
    ["a new try", "POST", () => tracks.retry("a")],
  ] as const)("keep %s that was made while the list was read", async (_, method, change) => {
    await answer(page(["a"]));
    server[method].mockResolvedValue(madeTrack({ track_id: "a", state: "cancelled", title: "New" }));
    void tracks.refresh();
    const before = asked.at(-1)!;
    await change();
    before.answer(page(["a"]));
    await settled();
    expect(tracks.get("a")).toMatchObject({ title: "New", state: "cancelled" });
  });

  it("keep a change that was made while one of them was read", async () => {
    await answer(page(["a"]));
    let tell = (_told: TrackNow): void => undefined;
    server.GET.mockReturnValueOnce(new Promise<TrackNow>((resolve) => (tell = resolve)));
    const finding = tracks.find("a");
    server.PATCH.mockResolvedValue({ ...ready("a"), title: "New" });
    await tracks.update("a", { title: "New" });
    server.GET.mockResolvedValue({ ...ready("a"), title: "New" });
    tell(ready("a"));
    expect((await finding).title).toBe("New");
  });

  it.each([
    ["find", "GET", () => tracks.find("a")],
    ["create", "POST", () => tracks.create("upl_1")],
    ["cancel", "POST", () => tracks.cancel("a")],
    ["retry", "POST", () => tracks.retry("a")],
    ["update", "PATCH", () => tracks.update("a", { title: "A" })],
  ] as const)("take no late answer to %s of whoever was signed in before", async (_, method, ask) => {
    let tell = (_told: TrackNow): void => undefined;
    server[method].mockReturnValue(new Promise<TrackNow>((resolve) => (tell = resolve)));
    const asking = ask();
    tracks.end();
    tracks.begin();
    await answer(page(["b"]));
    tell(ready("a"));
    await asking;
    expect(tracks.ids).toEqual(["b"]);
    expect(tracks.get("a")).toBeUndefined();
  });

  it("count the songs that begin and end, for what depends on them", async () => {
    await answer(page(["a"]));
    expect(tracks.moves).toBe(0);
    server.POST.mockResolvedValue(madeTrack({ track_id: "new", state: "checking" }));
    await tracks.create("upl_1");
    expect(tracks.moves).toBe(1);
    server.GET.mockResolvedValue(ready("new"));
    await tracks.find("new");
    expect(tracks.moves).toBe(2);
  });
});

describe("the library's tracks without a network", () => {
  it("are those of an earlier visit while there are no others, and say so", async () => {
    await answer(keptPage(["b", "a"]));
    expect(tracks.status).toBe("ready");
    expect(tracks.ids).toEqual(["b", "a"]);
    expect(tracks.isKept).toBe(true);
  });

  it("are not undone by an answer from before when they are read again", async () => {
    await answer(page(["c", "b"]));
    void tracks.refresh();
    await answer(keptPage(["b", "a"]));
    expect(tracks.ids).toEqual(["c", "b"]);
    expect(tracks.get("a")).toBeUndefined();
  });

  it("stay as they are when an answer from before comes for another order, and say that the server is away", async () => {
    await answer(page(["c", "b"]));
    void tracks.show({ ...EVERYTHING, sort: "title" });
    await answer(keptPage(["b", "a"]));
    expect(tracks.ids).toEqual(["c", "b"]);
    expect(tracks.status).toBe("failed");
    expect(tracks.fault).toMatchObject({ reason: "UNREACHABLE" });
  });

  it("are all read anew when the server is back", async () => {
    await answer(keptPage(["b", "a"]));
    void tracks.refresh();
    await answer(page(["c"], "next"));
    await answer(page(["c", "b"]));
    expect(tracks.ids).toEqual(["c", "b"]);
    expect(tracks.isKept).toBe(false);
  });
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
