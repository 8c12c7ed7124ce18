import { afterEach, expect, test, vi } from "vitest";
import { KEPT_HEADER } from "$/offline/answering";
import { EVERYTHING, trackPage } from "$/state/trackPages";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn() } }));
vi.mock("$/api/client", () => ({ api }));
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
