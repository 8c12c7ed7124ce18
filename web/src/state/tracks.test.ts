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

const ready = (track_id: string): TrackNow => madeTrack({ track_id, state: "ready" });
const page = (ids: string[], total = ids.length, offset = 0): TrackPage => ({
  tracks: ids.map(ready),
  offset,
  total,
  isKept: false,
});
/** So many from a row on, each named by its row. */
const rows = (first: number, end: number, total: number): TrackPage =>
  page(
    Array.from({ length: end - first }, (_, at) => `row_${first + at}`),
    total,
    first,
  );
const keptPage = (ids: string[]): TrackPage => ({ ...page(ids), isKept: true });

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

describe("the library's tracks", () => {
  it("are loaded when somebody signs in, and gone when they sign out", async () => {
    expect(tracks.status).toBe("loading");
    await answer(page(["b", "a"]));
    expect(tracks.status).toBe("ready");
    expect(tracks.ids).toEqual(["b", "a"]);
    tracks.end();
    expect(tracks.ids).toEqual([]);
    expect(tracks.get("a")).toBeUndefined();
  });

  it("are as many rows as there are, and read where somebody looks, one page at a time", async () => {
    await answer(rows(0, 100, 10_000));
    expect(tracks.ids).toHaveLength(10_000);
    // Those that come next are there before they are looked at.
    expect(asked.map(({ offset }) => offset)).toEqual([undefined]);
    tracks.look({ first: 9980, end: 10_000 });
    tracks.look({ first: 9970, end: 9990 });
    expect(asked).toHaveLength(2);
    expect(asked.at(-1)).toMatchObject({ offset: 9980, limit: 100 });
    await answer(rows(9980, 10_000, 10_000));
    expect(tracks.ids.at(-1)).toBe("row_9999");
    expect(asked.at(-1)).toMatchObject({ offset: 9970, limit: 100 });
    await answer(rows(9970, 10_000, 10_000));
    expect(asked.at(-1)).toMatchObject({ offset: 9870, limit: 100 });
    await answer(rows(9870, 9970, 10_000));
    expect(asked).toHaveLength(4);
    expect(tracks.ids.filter((track_id) => track_id !== null)).toHaveLength(230);
  });

  it("are read anew where they are looked at when somebody else has moved them, and nothing moves until then", async () => {
    await answer(rows(0, 100, 500));
    tracks.look({ first: 95, end: 115 });
    await answer(rows(100, 200, 501));
    expect(tracks.ids).toHaveLength(500);
    expect(tracks.ids[99]).toBe("row_99");
    expect(asked.at(-1)).toMatchObject({ offset: 95, limit: 100 });
    await answer(rows(95, 195, 501));
    expect(tracks.ids).toHaveLength(501);
    expect(tracks.ids.slice(95, 115)).not.toContain(null);
  });

  it("say why no more came, and ask again when asked", async () => {
    await answer(rows(0, 100, 101));
    tracks.look({ first: 90, end: 101 });
    asked.at(-1)!.fail(Problem.unreachable());
    await settled();
    expect(tracks.moreFault).toBeInstanceOf(Problem);
    tracks.look({ first: 91, end: 101 });
    expect(asked).toHaveLength(2);
    void tracks.fill();
    await answer(rows(100, 101, 101));
    expect(tracks.ids.at(-1)).toBe("row_100");
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

  it("do not move when one comes into a search until it has its place where they are looked at", async () => {
    await answer(page(["d"]));
    void tracks.show({ ...EVERYTHING, sort: "title" });
    await answer(rows(0, 100, 300));
    tracks.look({ first: 60, end: 80 });
    await answer(rows(100, 200, 300));
    server.POST.mockResolvedValue(ready("c"));
    await tracks.create("upl_1");
    expect(tracks.isTurning).toBe(false);
    expect(tracks.ids).toHaveLength(300);
    expect(asked.at(-1)).toMatchObject({ offset: 60, limit: 100 });
    await answer(rows(60, 160, 301));
    expect(tracks.ids).toHaveLength(301);
    expect(tracks.ids[60]).toBe("row_60");
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

  it("are dropped where a reading of those in sight tells them no more, and changed as it tells them", async () => {
    await answer({ ...page(["c", "b", "a"]), tracks: ["c", "b", "a"].map((track_id) => madeTrack({ track_id })) });
    server.GET.mockResolvedValue({ tracks: [{ ...ready("a"), title: "New", progress: null }] });
    tracks.look({ first: 0, end: 3 });
    timer.pass(300);
    await settled();
    expect(server.GET.mock.calls).toEqual([["/v1/progress", { params: { query: { tracks: "a" } } }]]);
    expect(tracks.get("a")).toMatchObject({ state: "ready", title: "New" });
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
    await answer(rows(0, 100, 102));
    tracks.look({ first: 90, end: 102 });
    await tracks.delete("row_101");
    asked[1]!.answer(rows(100, 102, 102));
    await settled();
    await answer(page(["row_100"], 101, 100));
    await answer(rows(90, 101, 101));
    expect(tracks.ids.slice(99)).toEqual(["row_99", "row_100"]);
    expect(tracks.get("row_101")).toBeUndefined();
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

  it("are not known while an earlier visit knew of none", async () => {
    await answer(keptPage([]));
    expect(tracks.status).toBe("failed");
    expect(tracks.fault).toMatchObject({ reason: "UNREACHABLE" });
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
    await answer(page(["c"], 2));
    await answer(page(["c", "b"]));
    expect(tracks.ids).toEqual(["c", "b"]);
    expect(tracks.isKept).toBe(false);
  });
});
