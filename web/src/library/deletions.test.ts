import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { Deletions, type Undoing } from "$/library/deletions";
import { settled } from "$/settled.fixture";
import { madeTrack } from "$/state/track.fixture";
import { HandTimer } from "$/state/timer.fixture";

const track = madeTrack();

let log: string[];
let timer: HandTimer;
let undoing: Undoing;
let remembered: Set<string>;
let onErase: () => void;
let deletions: Deletions;

beforeEach(() => {
  log = [];
  timer = new HandTimer();
  onErase = () => undefined;
  remembered = new Set();
  deletions = new Deletions({
    hide: (track_id, isHidden) => log.push(`${isHidden ? "hide" : "show"} ${track_id}`),
    remember: (track_id) => {
      remembered.add(track_id);
      return () => log.push("let go");
    },
    forget: (track_id) => remembered.delete(track_id),
    erase: async (track_id) => {
      log.push(`erase ${track_id}`);
      onErase();
    },
    eraseLeaving: (track_id) => log.push(`leave ${track_id}`),
    timer,
    offerUndo: (_, given) => {
      undoing = given;
      return () => log.push("dismiss");
    },
    undone: () => log.push("undone"),
    erased: () => log.push("erased"),
    postponed: () => log.push("postponed"),
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
    expect(log).toEqual(["hide trk_1", "let go", "dismiss", "erase trk_1", "erased", "show trk_1"]);
  });

  it("is taken back until then, and the server never hears of it", async () => {
    deletions.ask(track);
    undoing.undo();
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1", "let go", "dismiss", "show trk_1", "undone"]);
    undoing.undo();
    expect(log).toHaveLength(5);
  });

  it("brings the row back where the server refused it", async () => {
    onErase = () => {
      throw new Problem(409, {});
    };
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(log.slice(3)).toEqual(["erase trk_1", "failed", "show trk_1"]);
    expect(remembered.size).toBe(0);
  });

  it("keeps the row hidden and in mind where the server is away", async () => {
    onErase = () => {
      throw Problem.unreachable();
    };
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(log.slice(3)).toEqual(["erase trk_1", "postponed"]);
    expect(remembered).toEqual(new Set(["trk_1"]));
  });

  it("of what somebody else has deleted already is done", async () => {
    onErase = () => {
      throw new Problem(404, {});
    };
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(log.slice(3)).toEqual(["erase trk_1", "erased", "show trk_1"]);
  });

  it("is kept in mind from the moment that it is asked for until it is done or undone", async () => {
    deletions.ask(track);
    expect(remembered).toEqual(new Set(["trk_1"]));
    undoing.undo();
    expect(remembered.size).toBe(0);
    deletions.ask(track);
    timer.pass(8000);
    await settled();
    expect(remembered.size).toBe(0);
  });

  it("waits while somebody is at what undoes it", async () => {
    deletions.ask(track);
    undoing.hold(true);
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1"]);
    undoing.hold(false);
    timer.pass(8000);
    await settled();
    expect(log).toContain("erase trk_1");
  });

  it("is sent at once when the page is left, and kept in mind until the server has heard of it", async () => {
    deletions.ask(track);
    deletions.leave();
    timer.pass(60_000);
    await settled();
    expect(log).toEqual(["hide trk_1", "let go", "dismiss", "leave trk_1"]);
    expect(remembered).toEqual(new Set(["trk_1"]));
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
    expect(log).toEqual(["hide trk_1", "let go", "dismiss", "show trk_1"]);
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
