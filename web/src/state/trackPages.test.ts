import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KEPT_HEADER } from "$/offline/answering";
import { madeTrack } from "$/state/track.fixture";
import { EVERYTHING, trackPage, type TrackPage } from "$/state/trackPages";

const { api, keptTracks } = vi.hoisted(() => ({ api: { GET: vi.fn() }, keptTracks: vi.fn() }));
vi.mock("$/api/client", () => ({ api }));
vi.mock("$/offline/kept.svelte", () => ({ keptTracks }));
beforeEach(() => keptTracks.mockResolvedValue([]));
afterEach(() => vi.resetAllMocks());

test.each([
  ["the server's", {}, false],
  ["from this device", { [KEPT_HEADER]: "1" }, true],
])("a page says that it is %s", async (_, headers, isKept) => {
  api.GET.mockResolvedValue({ data: { tracks: [], next_cursor: null }, response: new Response("", { headers }) });
  expect(await trackPage(EVERYTHING, { limit: 50 })).toEqual({ tracks: [], next_cursor: null, isKept });
});

test("only what is wanted is asked for", async () => {
  api.GET.mockResolvedValue({ data: {}, response: new Response("") });
  await trackPage({ text: "night", sort: "title", tag: "" }, { cursor: "next", limit: 50 });
  expect(api.GET.mock.calls[0]![1]).toEqual({
    params: { query: { limit: 50, q: "night", sort: "title", cursor: "next" } },
  });
});

/** What a page of this device tells. */
async function without(how: Partial<TrackPage>, query = EVERYTHING): Promise<string[]> {
  const headers = { [KEPT_HEADER]: "1" };
  api.GET.mockResolvedValue({
    data: { tracks: [], next_cursor: null, ...how },
    response: new Response("", { headers }),
  });
  return (await trackPage(query, { limit: 50 })).tracks.map(({ track_id }) => track_id);
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
