import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KEPT_HEADER } from "$/offline/answering";
import { madeTrack } from "$/state/track.fixture";
import { EVERYTHING, trackPage, tracksNow, type TrackPage } from "$/state/trackPages";

const { api, keptTracks } = vi.hoisted(() => ({ api: { GET: vi.fn() }, keptTracks: vi.fn() }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<{ data: unknown }>) => (await answer).data }));
vi.mock("$/offline/kept.svelte", () => ({ keptTracks }));
beforeEach(() => keptTracks.mockResolvedValue([]));
afterEach(() => vi.resetAllMocks());

test.each([
  ["the server's", {}, false],
  ["from this device", { [KEPT_HEADER]: "1" }, true],
])("a page says that it is %s", async (_, headers, isKept) => {
  api.GET.mockResolvedValue({
    data: { tracks: [], next_cursor: null, total: 0 },
    response: new Response("", { headers }),
  });
  expect(await trackPage(EVERYTHING, { limit: 50 })).toEqual({ tracks: [], offset: 0, total: 0, isKept });
});

test("only what is wanted is asked for", async () => {
  api.GET.mockResolvedValue({ data: { tracks: [], total: 900 }, response: new Response("") });
  const page = await trackPage({ text: "night", sort: "title", tag: "" }, { offset: 300, limit: 50 });
  expect(page).toMatchObject({ offset: 300, total: 900 });
  expect(api.GET.mock.calls[0]![1]).toEqual({
    params: { query: { limit: 50, q: "night", sort: "title", offset: 300 } },
  });
});

/** What a page of this device tells. */
async function without(how: Partial<TrackPage>, query = EVERYTHING): Promise<string[]> {
  const headers = { [KEPT_HEADER]: "1" };
  api.GET.mockResolvedValue({
    data: { tracks: [], next_cursor: null, total: 500, ...how },
    response: new Response("", { headers }),
  });
  const page = await trackPage(query, { limit: 50 });
  // A list is as high as what there is to show of it.
  expect(page.total).toBe(page.tracks.length);
  return page.tracks.map(({ track_id }) => track_id);
}

test("a page from this device has behind its own every track that is kept, the newest first", async () => {
  const kept = ["a", "b", "c"].map((track_id, at) =>
    madeTrack({ track_id, created_at: `2024-05-0${at + 1}T10:00:00Z` }),
  );
  keptTracks.mockResolvedValue(kept);
  expect(await without({ tracks: [madeTrack({ track_id: "d" }), kept[1]!] })).toEqual(["d", "b", "c", "a"]);
});

test("a search has no more than was found", async () => {
  keptTracks.mockResolvedValue([madeTrack()]);
  expect(await without({}, { ...EVERYTHING, tag: "slow" })).toEqual([]);
});

test("tracks are asked for together by their names, and tell how far they are", async () => {
  const progress = { percent: 12, eta_s: 9, jobs_ahead: 2 };
  const listed = [
    { ...madeTrack(), progress },
    { ...madeTrack({ track_id: "trk_2", state: "ready" }), progress: null },
  ];
  api.GET.mockResolvedValue({ data: { tracks: listed } });
  expect(await tracksNow(["trk_1", "trk_2"])).toEqual([
    { ...madeTrack(), ...progress },
    madeTrack({ track_id: "trk_2", state: "ready" }),
  ]);
  expect(api.GET.mock.calls[0]).toEqual(["/v1/progress", { params: { query: { tracks: "trk_1,trk_2" } } }]);
});
