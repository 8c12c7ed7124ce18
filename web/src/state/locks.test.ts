import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { heldNames, locked } from "$/state/locks";
import { MadeLocks } from "$/offline/caches.fixture";

const refuse = async (): Promise<never> => {
  throw new DOMException("Access to the Locks API is denied.", "SecurityError");
};
let locks: MadeLocks;

beforeEach(() => {
  locks = new MadeLocks();
  vi.stubGlobal("navigator", { locks });
});
afterEach(() => vi.unstubAllGlobals());

describe("work that one tab does at a time", () => {
  it("is done under its lock", async () => {
    const request = vi.spyOn(locks, "request");
    expect(await locked("a", {}, async (isHeld) => isHeld)).toBe(true);
    expect(request.mock.calls[0]![0]).toBe("a");
  });

  it("hears that another tab is at it, where it does not want to wait", async () => {
    locks.elsewhere.add("a");
    expect(await locked("a", { ifAvailable: true }, async (isHeld) => isHeld)).toBe(false);
  });

  it.each([
    ["has no locks", {}],
    ["refuses them", { locks: { request: refuse, query: refuse } }],
  ])("is done all the same where the browser %s", async (_, browser) => {
    vi.stubGlobal("navigator", browser);
    expect(await locked("a", {}, async (isHeld) => isHeld)).toBe(true);
    expect(await heldNames("a")).toEqual(new Set());
  });

  it("is not done where the lock fails for another reason than that it is forbidden", async () => {
    const request = async (): Promise<never> => {
      throw new DOMException("The document is not active.", "InvalidStateError");
    };
    vi.stubGlobal("navigator", { locks: { request } });
    const work = vi.fn(async () => true);
    await expect(locked("a", {}, work)).rejects.toThrow("not active");
    expect(work).not.toHaveBeenCalled();
  });

  it("is done once, whatever becomes of it", async () => {
    const work = vi.fn(async () => Promise.reject(new DOMException("away", "SecurityError")));
    await expect(locked("a", {}, work)).rejects.toThrow("away");
    expect(work).toHaveBeenCalledOnce();
  });

  it.each([
    ["it waited", (): object => ({ locks })],
    ["there were no locks", (): object => ({})],
    ["locks were refused", (): object => ({ locks: { request: refuse } })],
  ])("is not done when it was called off while %s", async (_, browser) => {
    vi.stubGlobal("navigator", browser());
    const stopping = new AbortController();
    stopping.abort(new Error("not wanted"));
    await expect(locked("a", { signal: stopping.signal }, async () => true)).rejects.toThrow("not wanted");
  });
});

describe("what other tabs are at", () => {
  it("is told by the names of their locks", async () => {
    locks.elsewhere.add("upload:one").add("keep:two");
    expect(await heldNames("upload:")).toEqual(new Set(["one"]));
  });

  it("is not taken for nothing where it cannot be told for another reason than that it is forbidden", async () => {
    const query = async (): Promise<never> => {
      throw new DOMException("The document is not active.", "InvalidStateError");
    };
    vi.stubGlobal("navigator", { locks: { query } });
    await expect(heldNames("upload:")).rejects.toThrow("not active");
  });
});
