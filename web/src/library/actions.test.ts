import { beforeEach, describe, expect, it, vi } from "vitest";
import { UNDO_S } from "$/library/deletions";
import { MadeLocks } from "$/offline/caches.fixture";
import { madeTrack } from "$/state/track.fixture";

const { api, tracks, kept, keep, players, route } = vi.hoisted(() => {
  Object.defineProperty(globalThis, "location", { value: { hash: "#/" }, configurable: true });
  return {
    api: { GET: vi.fn() },
    tracks: { retry: vi.fn(), hide: vi.fn(), delete: vi.fn(), find: vi.fn(), get: vi.fn(), gone: vi.fn() },
    kept: vi.fn(),
    keep: vi.fn(),
    players: vi.fn(),
    route: { go: vi.fn() },
  };
});
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));
vi.mock("$/state/tracks.svelte", () => ({ tracks }));
vi.mock("$/state/route.svelte", () => ({ route: { now: { view: "library" } }, go: route.go }));
vi.mock("$/offline/kept.svelte", () => ({ forget: kept, keep }));
vi.mock("$/player/memory", () => ({ forgetPlayer: players }));

const TRACK = madeTrack({ state: "ready" });
const leave = (): void => happen("pagehide");

let sent: [string, RequestInit][];
let page: { visibilityState: string };
let happen: (name: string) => void;
let locks: MadeLocks;
/** Of the modules that are loaded anew for each test. */
let Problem: typeof import("$/api/problem").Problem;
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
  locks = new MadeLocks();
  tracks.find.mockResolvedValue(TRACK);
  tracks.delete.mockResolvedValue(undefined);
  kept.mockResolvedValue(undefined);
  api.GET.mockResolvedValue({ erasures: [], next_cursor: null });
  const listeners = new Map<string, () => void>();
  happen = (name) => listeners.get(name)?.();
  vi.stubGlobal("addEventListener", (name: string, listen: () => void) => listeners.set(name, listen));
  page = { visibilityState: "visible" };
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", { locks });
  vi.stubGlobal("fetch", async (...asked: [string, RequestInit]) => {
    sent.push(asked);
    return new Response("");
  });
  actions = await import("$/library/actions");
  ({ Problem } = await import("$/api/problem"));
  const { notices } = await import("$/design/noticeList.svelte");
  told = () => notices.shown.map(({ text }) => text);
  return () => vi.useRealTimers();
});

describe("an act that went wrong", () => {
  it("is told of until it comes out well", async () => {
    tracks.retry.mockRejectedValueOnce(Problem.unreachable());
    await actions.retryTrack(TRACK);
    expect(told()).toEqual([expect.stringContaining("cannot be reached")]);
    await actions.retryTrack(TRACK);
    expect(told()).toEqual([]);
  });
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

  it("is done as soon as the page is out of sight, for a phone may never show it again", async () => {
    actions.deleteTrack(TRACK);
    page.visibilityState = "hidden";
    happen("visibilitychange");
    expect(sent).toEqual([["/v1/tracks/trk_1", { method: "DELETE", keepalive: true }]]);
    await vi.advanceTimersByTimeAsync(0);
    expect(tracks.gone).toHaveBeenCalledExactlyOnceWith("trk_1");
    page.visibilityState = "visible";
    happen("visibilitychange");
    await vi.advanceTimersByTimeAsync(0);
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("of a page that ended without a word is done at the next visit, until the server has heard of it", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    actions.deleteTrack(TRACK);
    leave();
    tracks.delete.mockRejectedValueOnce(Problem.unreachable());
    await actions.finishLeftDeletions();
    await actions.finishLeftDeletions();
    await actions.finishLeftDeletions();
    expect(tracks.delete.mock.calls).toEqual([["trk_1"], ["trk_1"]]);
  });

  it("that was left and is done already takes the track off every tab's list", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    actions.deleteTrack(TRACK);
    leave();
    tracks.delete.mockRejectedValue(new Problem(404, {}));
    await actions.finishLeftDeletions();
    expect(tracks.gone).toHaveBeenCalledExactlyOnceWith("trk_1");
  });

  it("that another tab can still undo is left to it", async () => {
    locks.elsewhere.add("stripsession-deletion:trk_1");
    actions.deleteTrack(TRACK);
    actions.dropDeletions();
    await actions.finishLeftDeletions();
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that is undone is not done later", async () => {
    actions.deleteTrack(TRACK);
    expect(actions.undoLastDeletion()).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    await actions.finishLeftDeletions();
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that the server is not there for stays hidden, says so, and is done when it is back", async () => {
    tracks.get.mockReturnValue(TRACK);
    tracks.delete.mockRejectedValue(Problem.unreachable());
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    expect(told()).toEqual([expect.stringContaining("not erased yet")]);
    await actions.finishLeftDeletions();
    expect(tracks.hide).not.toHaveBeenCalledWith("trk_1", false);
    tracks.delete.mockResolvedValue(undefined);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(tracks.hide).toHaveBeenLastCalledWith("trk_1", false);
    expect(told()).toEqual([expect.stringContaining("Erased: “Night Train”")]);
  });

  it("that waits for the server is not asked for while nobody is signed in", async () => {
    tracks.delete.mockRejectedValue(new Problem(401, {}));
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    actions.dropDeletions();
    tracks.delete.mockClear();
    happen("visibilitychange");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that was left and is refused brings the track back, and says so", async () => {
    vi.stubGlobal("fetch", () => new Promise(() => undefined));
    tracks.get.mockReturnValue(TRACK);
    actions.deleteTrack(TRACK);
    leave();
    tracks.delete.mockRejectedValue(new Problem(409, { detail: "Not now." }));
    await actions.finishLeftDeletions();
    expect(tracks.hide).toHaveBeenLastCalledWith("trk_1", false);
    expect(told()).toEqual([expect.stringContaining("was not deleted and is back on the list")]);
    await actions.finishLeftDeletions();
    expect(tracks.delete).toHaveBeenCalledOnce();
  });

  it("names the key that undoes it, and goes on waiting while its notice is looked at", async () => {
    const { hold, notices } = await import("$/design/noticeList.svelte");
    actions.deleteTrack(TRACK);
    const [notice] = notices.shown;
    expect(notice?.text).toContain("(Ctrl+Z)");
    expect(notice?.action?.keys).toBe("Control+Z Meta+Z");
    hold(notice!.id, "focus", true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(tracks.delete).not.toHaveBeenCalled();
    hold(notice!.id, "focus", false);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    expect(tracks.delete).toHaveBeenCalledOnce();
  });

  it("tells of its receipt, however many uploads were erased since, and where it is", async () => {
    const others = { erasures: [{ upload_id: "upl_9", erased_at: "2024-06-01T10:00:00Z" }], next_cursor: "more" };
    const its = { erasures: [{ upload_id: "upl_1", erased_at: "2024-05-01T11:00:00Z" }], next_cursor: null };
    api.GET.mockResolvedValueOnce(others).mockResolvedValueOnce(its);
    actions.deleteTrack(TRACK);
    await vi.advanceTimersByTimeAsync(UNDO_S * 1000);
    const { notices } = await import("$/design/noticeList.svelte");
    expect(notices.shown.map(({ text }) => text)).toEqual([expect.stringContaining("Its upload was erased on")]);
    notices.shown[0]!.action!.run();
    expect(route.go).toHaveBeenCalledExactlyOnceWith("#/account/receipts");
  });

  it("that the server heard of as the page was left is not asked for again", async () => {
    actions.deleteTrack(TRACK);
    leave();
    await vi.advanceTimersByTimeAsync(0);
    await actions.finishLeftDeletions();
    expect(tracks.delete).not.toHaveBeenCalled();
  });

  it("that was asked for is forgotten with its person", async () => {
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
    actions.forgetLeftDeletions();
    await vi.advanceTimersByTimeAsync(60_000);
    await actions.finishLeftDeletions();
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
    receipt({ erasures: [], next_cursor: null });
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
