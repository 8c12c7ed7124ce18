import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { announce, complain, dismiss, dropErrors, hold, notices, notify } from "$/design/noticeList.svelte";

const texts = (): string[] => notices.shown.map(({ text }) => text);
const ids = (): number[] => notices.shown.map(({ id }) => id);

beforeEach(() => {
  vi.useFakeTimers();
  notices.shown = [];
});
afterEach(() => vi.useRealTimers());

describe("an announcement", () => {
  it("of the same words is a new one", () => {
    announce("Saved.");
    const { turn } = notices;
    announce("Saved.");
    expect([notices.announced, notices.turn]).toEqual(["Saved.", turn + 1]);
  });
});

describe("a notice", () => {
  it("goes by itself, and an error stays until it is dismissed", () => {
    notify({ text: "The link is copied.", kind: "info" });
    notify({ text: "The disk is full.", kind: "error" });
    vi.advanceTimersByTime(60_000);
    expect(texts()).toEqual(["The disk is full."]);
    dismiss(ids()[0]!);
    expect(texts()).toEqual([]);
  });

  it("of an error goes with the view that it was about, or when another try comes out well", () => {
    const takeAway = complain(new Error("made"));
    expect(texts()).toHaveLength(1);
    takeAway();
    complain(new Error("made"));
    notify({ text: "The link is copied.", kind: "info" });
    dropErrors();
    expect(texts()).toEqual(["The link is copied."]);
  });

  it("that is said again is there once, as a new one", () => {
    notify({ text: "The disk is full.", kind: "error" });
    notify({ text: "Another.", kind: "error" });
    const [first] = ids();
    notify({ text: "The disk is full.", kind: "error" });
    expect(texts()).toEqual(["Another.", "The disk is full."]);
    expect(ids()).not.toContain(first);
  });

  it("that is said again stays as long as a new one does", () => {
    notify({ text: "The link is copied.", kind: "info" }, 8);
    vi.advanceTimersByTime(7000);
    notify({ text: "The link is copied.", kind: "info" }, 8);
    vi.advanceTimersByTime(7000);
    expect(texts()).toEqual(["The link is copied."]);
  });

  it("is heard each time that it is said", () => {
    notify({ text: "The link is copied.", kind: "info" });
    const { turn } = notices;
    notify({ text: "The link is copied.", kind: "info" });
    expect([notices.announced, notices.turn]).toEqual(["The link is copied.", turn + 1]);
  });

  it("stays while somebody is at it, by pointer or focus, and tells so", () => {
    const held: boolean[] = [];
    notify({ text: "The link is copied.", kind: "info", onhold: (isHeld) => held.push(isHeld) }, 8);
    const [id] = ids() as [number];
    hold(id, "pointer", true);
    hold(id, "focus", true);
    hold(id, "pointer", false);
    vi.advanceTimersByTime(60_000);
    expect(texts()).toEqual(["The link is copied."]);
    expect(held).toEqual([true]);
    hold(id, "focus", false);
    vi.advanceTimersByTime(8000);
    expect(texts()).toEqual([]);
    expect(held).toEqual([true, false]);
  });

  it("is held by a pointer that moves, and not for long by one that was left lying there", () => {
    const held: boolean[] = [];
    notify({ text: "The link is copied.", kind: "info", onhold: (isHeld) => held.push(isHeld) }, 8);
    const [id] = ids() as [number];
    for (let moves = 0; moves < 20; moves += 1) {
      hold(id, "pointer", true);
      vi.advanceTimersByTime(9000);
    }
    expect(held).toEqual([true]);
    vi.advanceTimersByTime(1000);
    expect(held).toEqual([true, false]);
    vi.advanceTimersByTime(8000);
    expect(texts()).toEqual([]);
  });

  it("that is dismissed under a pointer holds nothing any more", () => {
    const held: boolean[] = [];
    notify({ text: "The link is copied.", kind: "info", onhold: (isHeld) => held.push(isHeld) }, Infinity);
    const [id] = ids() as [number];
    hold(id, "pointer", true);
    dismiss(id);
    expect(held).toEqual([true, false]);
  });

  it("of two deletions that can be undone takes neither away", () => {
    const undo = { label: "Undo", run: () => undefined };
    notify({ text: "Night Train is off the list.", kind: "info", action: undo });
    notify({ text: "Night Train is off the list.", kind: "info", action: undo });
    expect(texts()).toHaveLength(2);
  });
});
