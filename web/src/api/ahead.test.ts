import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ME, FIRST_ASKED } from "$/offline/answering";
import type { Ahead } from "$/api/ahead";
import { sessionEvents } from "$/api/refresh";
import { send } from "$/api/sending";
import { MARK } from "$/state/session.fixture";
import { MadeStorage } from "$/state/storage.fixture";

const AT = "https://page.test";
const USAGE = "/v1/billing/usage";
const asked = vi.fn<(request: Request) => Promise<Response>>();

const get = (path: string): Request => new Request(AT + path);
const text = async (answer: Promise<Response>): Promise<string> => (await answer).text();
const told = (path: string, answer: Response | null, more: Partial<Ahead> = {}): unknown =>
  globalThis.askedAhead?.set(path, {
    at: Date.now(),
    isTheirs: () => true,
    answer: Promise.resolve(answer),
    ...more,
  });

beforeEach(() => {
  globalThis.askedAhead = new Map();
  asked.mockImplementation(async () => new Response("anew"));
  vi.stubGlobal("fetch", asked);
});
afterEach(() => {
  vi.unstubAllGlobals();
  asked.mockReset();
});

describe("an answer that was asked for ahead", () => {
  it("is given once to who asks for the same, and to nobody for another", async () => {
    told(ME, new Response("ahead"));
    expect(await text(send(get("/v1/tracks")))).toBe("anew");
    expect(await text(send(get(`${ME}?of=another`)))).toBe("anew");
    expect(await text(send(get(ME)))).toBe("ahead");
    expect(await text(send(get(ME)))).toBe("anew");
  });

  it("is asked for again where none came", async () => {
    told(ME, null);
    expect(await text(send(get(ME)))).toBe("anew");
  });

  it("counts no more once something was changed", async () => {
    told(USAGE, new Response("ahead"));
    await send(new Request(`${AT}/v1/auth/logout`, { method: "POST" }));
    expect(await text(send(get(USAGE)))).toBe("anew");
  });

  it("counts no more once nobody is signed in", async () => {
    told(USAGE, new Response("ahead"));
    sessionEvents.dispatchEvent(new Event("closed"));
    expect(await text(send(get(USAGE)))).toBe("anew");
  });

  it("counts no more, nor does any other, once another session has begun here", async () => {
    told(ME, new Response("ahead"), { isTheirs: () => false });
    told(USAGE, new Response("ahead"));
    expect(await text(send(get(ME)))).toBe("anew");
    expect(await text(send(get(USAGE)))).toBe("anew");
  });

  it("counts no more once it is old", async () => {
    told(ME, new Response("ahead"), { at: Date.now() - 31_000 });
    told(USAGE, new Response("ahead"), { at: Date.now() - 29_000 });
    expect(await text(send(get(ME)))).toBe("anew");
    expect(await text(send(get(USAGE)))).toBe("ahead");
  });

  it("renews the session where it was refused for its age, and asks then", async () => {
    told(ME, new Response("{}", { status: 401 }));
    expect(await text(send(get(ME)))).toBe("anew");
    expect(asked.mock.calls.map(([request]) => (typeof request === "string" ? request : request.url))).toEqual([
      "/v1/auth/refresh",
      AT + ME,
    ]);
  });

  it("is not given to who no longer wants it", async () => {
    told(ME, new Response("ahead"));
    const wanted = new AbortController();
    const answer = send(new Request(AT + ME, { signal: wanted.signal }));
    wanted.abort(new DOMException("not wanted", "AbortError"));
    await expect(answer).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("what is asked ahead", () => {
  async function askedAt(hash: string, isRemembered: boolean): Promise<string[]> {
    vi.resetModules();
    vi.stubGlobal("location", { hash });
    vi.stubGlobal("localStorage", new MadeStorage());
    if (isRemembered) {
      localStorage.setItem(MARK, "1");
    }
    await import("$/ahead");
    return [...(globalThis.askedAhead?.keys() ?? [])];
  }

  it("is what the library shows, where it is opened by somebody who is signed in", async () => {
    const all = await askedAt("", true);
    expect(all).toEqual([...FIRST_ASKED, USAGE, "/v1/models"]);
    expect(await askedAt("#/", true)).toEqual(all);
  });

  it("is the account alone for other views", async () => {
    expect(await askedAt("#/account", true)).toEqual([ME]);
  });

  it("is theirs alone who were signed in then", async () => {
    await askedAt("#/account", true);
    const isTheirs = (): boolean | undefined => globalThis.askedAhead?.get(ME)?.isTheirs();
    expect(isTheirs()).toBe(true);
    // Another tab has signed them out, then somebody else in.
    localStorage.removeItem(MARK);
    expect(isTheirs()).toBe(false);
    localStorage.setItem(MARK, "2");
    expect(isTheirs()).toBe(false);
  });

  it("is nothing for strangers, and nothing before a link has said who it is", async () => {
    expect(await askedAt("", false)).toEqual([]);
    expect(await askedAt("#/link/abc", true)).toEqual([]);
  });
});
