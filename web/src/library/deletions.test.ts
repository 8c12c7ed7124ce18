import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { Deletions } from "$/library/deletions";
import { madeTrack } from "$/state/track.fixture";
import { HandTimer } from "$/state/timer.fixture";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const track = madeTrack();

let log: string[];
let timer: HandTimer;
let undo: () => void;
let onErase: () => void;
let deletions: Deletions;

beforeEach(() => {
  log = [];
  timer = new HandTimer();
  onErase = () => undefined;
  deletions = new Deletions({
    hide: (track_id, isHidden) => log.push(`${isHidden ? "hide" : "show"} ${track_id}`),
    erase: async (track_id) => {
      log.push(`erase ${track_id}`);
      onErase();
    },
    eraseLeaving: (track_id) => log.push(`leave ${track_id}`),
    timer,
    offerUndo: (_, take) => {
      undo = take;
      return () => log.push("dismiss");
    },
    undone: () => log.push("undone"),
    erased: () => log.push("erased"),
    failed: () => log.push("failed"),
  });
});

describe("a deletion", () => {
  it("takes the row away at once, and tells the server after eight seconds", async () => {
    deletions.ask(track);
    expect(log).toEqual(["hide trk_1"]);
    timer.pass(7999);
    expect(log).toEqual(["hide trk_1"]);
    timer.pass(1);
    await settled();
    expect(log).toEqual(["hide trk_1", "dismiss", "erase trk_1", "erased", "show trk_1"]);
  });

  it("is taken back until then, and the server never hears of it", async () => {
    deletions.ask(track);
    undo();
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1", "dismiss", "show trk_1", "undone"]);
    undo();
    expect(log).toHaveLength(4);
  });

  it("brings the row back where the server refused it", async () => {
    onErase = () => {
      throw Problem.unreachable();
    };
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(log.slice(2)).toEqual(["erase trk_1", "failed", "show trk_1"]);
  });

  it("is sent at once when the page is left, and only then", async () => {
    deletions.ask(track);
    deletions.leave();
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1", "dismiss", "leave trk_1"]);
  });

  it("is done before a sign-out", async () => {
    deletions.ask(track);
    await deletions.finish();
    expect(log).toContain("erased");
    expect(timer.isIdle).toBe(true);
  });

  it("that still waits when its person leaves is never sent, and nothing is said of it", async () => {
    deletions.ask(track);
    deletions.drop();
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1", "dismiss", "show trk_1"]);
    expect(timer.isIdle).toBe(true);
  });

  it("can be undone from the keyboard, the last one first", () => {
    expect(deletions.undoLast()).toBe(false);
    deletions.ask(track);
    deletions.ask(madeTrack({ track_id: "trk_2" }));
    expect(deletions.undoLast()).toBe(true);
    expect(log).toContain("show trk_2");
    expect(log).not.toContain("show trk_1");
  });

  it("asked twice is one", async () => {
    deletions.ask(track);
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(log.filter((line) => line === "erase trk_1")).toHaveLength(1);
  });
});
