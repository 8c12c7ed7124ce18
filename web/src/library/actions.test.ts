import { beforeEach, describe, expect, it, vi } from "vitest";
import { UNDO_S } from "$/library/deletions";
import { madeTrack } from "$/state/track.fixture";

const { api, tracks, kept, keep, players } = vi.hoisted(() => {
  Object.defineProperty(globalThis, "location", { value: { hash: "#/" }, configurable: true });
  return {
    api: { GET: vi.fn() },
    tracks: { hide: vi.fn(), delete: vi.fn(), find: vi.fn() },
    kept: vi.fn(),
    keep: vi.fn(),
    players: vi.fn(),
  };
});
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));
vi.mock("$/state/tracks.svelte", () => ({ tracks }));
vi.mock("$/state/route.svelte", () => ({ route: { now: { view: "library" } }, go: vi.fn() }));
vi.mock("$/offline/kept.svelte", () => ({ forget: kept, keep }));
vi.mock("$/player/memory", () => ({ forgetPlayer: players }));

const TRACK = madeTrack({ state: "ready" });

let sent: [string, RequestInit][];
let leave: () => void;
let actions: typeof import("$/library/actions");
let told: () => string[];

/** The promise that a call waits for, answered by hand. */
function answered<T>(call: { mockReturnValue(value: Promise<T>): unknown }): (value: T) => void {
  let answer = (_: T): void => undefined;
  call.mockReturnValue(new Promise<T>((resolve) => (answer = resolve)));
  return answer;
}

beforeEach(async () => {
  vi.resetAllMocks();
  vi.resetModules();
  vi.useFakeTimers();
  sent = [];
  tracks.find.mockResolvedValue(TRACK);
  tracks.delete.mockResolvedValue(undefined);
  kept.mockResolvedValue(undefined);
  api.GET.mockResolvedValue({ erasures: [] });
  vi.stubGlobal("addEventListener", (name: string, listen: () => void) => {
    expect(name).toBe("pagehide");
    leave = listen;
  });
  vi.stubGlobal("fetch", async (...asked: [string, RequestInit]) => {
    sent.push(asked);
    return new Response("");
  });
  actions = await import("$/library/actions");
  const { notices } = await import("$/design/notices.svelte");
  told = () => notices.shown.map(({ text }) => text);
  return () => vi.useRealTimers();
});

describe("a deletion", () => {
  it("renews a session that has run out while it can still be undone", () => {
    tracks.find.mockRejectedValue(new Error("away"));
    actions.deleteTrack(TRACK);
    expect(tracks.find).toHaveBeenCalledExactlyOnceWith("trk_1");
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that is done by leaving the page takes what this browser keeps of the track along", () => {
    actions.deleteTrack(TRACK);
    leave();
    expect(sent).toEqual([["/v1/tracks/trk_1", { method: "DELETE", keepalive: true }]]);
    expect(players).toHaveBeenCalledExactlyOnceWith("trk_1");
    expect(kept).toHaveBeenCalledExactlyOnceWith("trk_1");
  });

  it("that was sent as the page was left is asked for at the next visit, until the server has heard of it", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    actions.deleteTrack(TRACK);
    leave();
    tracks.delete.mockRejectedValueOnce(new Error("away"));
    await actions.finishLeftDeletions();
    await actions.finishLeftDeletions();
    await actions.finishLeftDeletions();
    expect(tracks.delete.mock.calls).toEqual([["trk_1"], ["trk_1"]]);
  });

  it("that the server heard of as the page was left is not asked for again", async () => {
    actions.deleteTrack(TRACK);
    leave();
    await vi.advanceTimersByTimeAsync(0);
    await actions.finishLeftDeletions();
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that was sent as the page was left is forgotten with its person", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    actions.deleteTrack(TRACK);
    leave();
    actions.forgetLeftDeletions();
    await actions.finishLeftDeletions();
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("says when it is done, and takes what this browser keeps of the track along", async () => {
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    expect(told()).toEqual([expect.stringContaining("Night Train")]);
    expect(players).toHaveBeenCalledExactlyOnceWith("trk_1");
    expect(kept).toHaveBeenCalledExactlyOnceWith("trk_1");
  });

  it("is not sent in the name of whoever comes next", async () => {
    actions.deleteTrack(TRACK);
    actions.dropDeletions();
    leave();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tracks.delete).not.toHaveBeenCalled();
    expect(sent).toEqual([]);
    expect(told()).toEqual([]);
  });

  it("that is done after its person has left is told to nobody, and nothing of the track stays", async () => {
    const erased = answered<void>(tracks.delete);
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    actions.dropDeletions();
    erased();
    await vi.advanceTimersByTimeAsync(0);
    expect(told()).toEqual([]);
    expect(kept).toHaveBeenCalledExactlyOnceWith("trk_1");
  });

  it("is told to nobody where its person leaves before its receipt is here", async () => {
    const receipt = answered<unknown>(api.GET);
    actions.deleteTrack(TRACK);
    await actions.finishDeletions();
    await vi.advanceTimersByTimeAsync(0);
    expect(api.GET).toHaveBeenCalledOnce();
    actions.dropDeletions();
    receipt({ erasures: [] });
    await vi.advanceTimersByTimeAsync(0);
    expect(told()).toEqual([]);
  });

  it("that fails after its person has left is told to nobody", async () => {
    let refuse = (_: Error): void => undefined;
    tracks.delete.mockReturnValue(new Promise<void>((_, reject) => (refuse = reject)));
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    actions.dropDeletions();
    refuse(new Error("away"));
    await vi.advanceTimersByTimeAsync(0);
    expect(told()).toEqual([]);
  });
});

describe("a track that is to be kept", () => {
  it.each([
    ["room is missing", new DOMException("full", "QuotaExceededError"), "no room for “Night Train” on this device"],
    ["something else went wrong", new TypeError("not here"), "Something went wrong"],
  ])("says why it is not, where %s", async (_, error, text) => {
    keep.mockRejectedValue(error);
    await actions.keepTrack(TRACK);
    expect(told().join()).toContain(text);
  });
});
