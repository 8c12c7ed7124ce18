import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://page.test" }));

const { isGone, openShare, sharedTrack } = await import("$/sharing/sharedSource");

const TOKEN = "a-secret-token";
const NEVER = new AbortController().signal;
const GONE = { detail: "This link does not exist, or no longer.", reason: "SHARE_NOT_FOUND" };

describe("a shared track", () => {
  const asked: Request[] = [];
  const answers: Response[] = [];

  beforeEach(() => {
    asked.length = answers.length = 0;
    vi.stubGlobal("fetch", async (request: Request) => {
      asked.push(request);
      return answers.shift()!;
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  it("is opened, read and played with the token in a body or a header, never in an address", async () => {
    answers.push(Response.json({ view: {} }), Response.json({ segments: [] }), new Response(new Uint8Array([1, 2])));
    const source = sharedTrack(TOKEN, () => undefined);
    await openShare(TOKEN, NEVER);
    await source.readManifest(3, NEVER);
    const segment = await source.fetchSegment("lead vocals", 7, NEVER);
    expect([...new Uint8Array(segment)]).toEqual([1, 2]);
    expect(asked.map((request) => request.url)).toEqual([
      "http://page.test/v1/shares/open",
      "http://page.test/v1/shares/manifest?from=3",
      "http://page.test/v1/shares/segments/lead%20vocals/7",
    ]);
    expect(await asked[0]!.json()).toEqual({ token: TOKEN });
    expect(asked.slice(1).map((request) => request.headers.get("X-Share-Token"))).toEqual([TOKEN, TOKEN]);
  });

  it("tells when its link ends while it is open", async () => {
    const ongone = vi.fn();
    answers.push(Response.json(GONE, { status: 404 }));
    await expect(sharedTrack(TOKEN, ongone).fetchSegment("bass", 0, NEVER)).rejects.toThrow(GONE.detail);
    expect(ongone).toHaveBeenCalledOnce();
  });

  it("is not gone for another reason", async () => {
    const ongone = vi.fn();
    answers.push(Response.json({ reason: "SEGMENT_NOT_FOUND" }, { status: 404 }));
    const failure = await sharedTrack(TOKEN, ongone)
      .fetchSegment("bass", 99, NEVER)
      .catch((error: unknown) => error);
    expect(isGone(failure)).toBe(false);
    expect(ongone).not.toHaveBeenCalled();
  });

  it("renews no session: nobody who opens it needs one", async () => {
    answers.push(Response.json({ detail: "Not signed in." }, { status: 401 }));
    await expect(openShare(TOKEN, NEVER)).rejects.toMatchObject({ status: 401 });
    expect(asked).toHaveLength(1);
  });
});
