/** What the page tells in passing: notices that are seen, announcements that are only heard. */

import { Problem } from "$/api/problem";
import { textOf } from "$/api/words";
import { plain } from "$/design/commands";
import { Countdown } from "$/state/countdown";
import { timer } from "$/state/timer";

const LIFE_S = 8;
/** A pointer that has not moved for so long may have been left lying there, and holds nothing up. */
const REST_S = 10;

export interface Notice {
  id: number;
  text: string;
  kind: "error" | "info";
  /** Something to do about it, such as taking a deletion back; `keys` as aria-keyshortcuts takes them. */
  action?: { label: string; run: () => void; keys?: string };
  /** Told when somebody is at it, by pointer or focus, and when they are gone. */
  onhold?: (isHeld: boolean) => void;
}

export const notices = $state({
  shown: [] as Notice[],
  announced: "",
  /** Grows with each announcement: the same words twice are two. */
  turn: 0,
});

let last = 0;
/** Of those that go by themselves, when; of all, who is at them. */
const lives = new Map<number, Countdown>();
const holders = new Map<number, Set<string>>();
/** Of those that a pointer holds, what calls off the end of that. */
const rests = new Map<number, () => void>();

/**
 * Shown until dismissed, or until the view is left, when it is an error, else for `life_s`, which stand still while somebody is at it; gives what takes it away. Said again, it takes the place of the
 * one that says the same, and is heard again.
 */
export function notify(notice: Omit<Notice, "id">, life_s = LIFE_S): () => void {
  const id = (last += 1);
  // Each with something to do about it is of a thing of its own, such as one of two songs of the same name.
  const isSame = ({ text, kind, action }: Notice): boolean =>
    text === notice.text && kind === notice.kind && !action && !notice.action;
  notices.shown = [...notices.shown.filter((shown) => !isSame(shown)), { ...notice, id }];
  const remove = (): void => dismiss(id);
  if (notice.kind !== "error") {
    // An alert is heard by itself; of what else comes into a page, few who listen to it would hear.
    announce(notice.text);
    if (life_s < Infinity) {
      lives.set(id, new Countdown(timer, life_s * 1000, remove));
    }
  }
  return remove;
}

/** Somebody is at a notice, or has gone: by a pointer, told whenever it moves there, and by focus, each for itself. */
export function hold(id: number, by: "pointer" | "focus", isHeld: boolean): void {
  if (by === "pointer") {
    rests.get(id)?.();
    rests.delete(id);
    if (isHeld) {
      rests.set(
        id,
        timer.after(REST_S * 1000, () => hold(id, "pointer", false)),
      );
    }
  }
  const held = holders.get(id) ?? new Set();
  const wasHeld = held.size > 0;
  if (isHeld) {
    held.add(by);
  } else {
    held.delete(by);
  }
  holders.set(id, held);
  if (wasHeld !== held.size > 0) {
    lives.get(id)?.hold(!wasHeld);
    notices.shown.find((notice) => notice.id === id)?.onhold?.(!wasHeld);
  }
}

export function dismiss(id: number): void {
  // What is taken away under a pointer hears nothing of its leaving.
  hold(id, "pointer", false);
  hold(id, "focus", false);
  lives.get(id)?.stop();
  lives.delete(id);
  holders.delete(id);
  notices.shown = notices.shown.filter((notice) => notice.id !== id);
}

/** Another view is shown: what went wrong in the one before is no longer in the way. */
export function dropErrors(): void {
  notices.shown.filter(({ kind }) => kind === "error").forEach(({ id }) => dismiss(id));
}

/**
 * Gives what takes it away, for when another try comes out well. A lost session needs no notice: the sign-in view says
 * it.
 */
export function complain(error: unknown): () => void {
  return error instanceof Problem && error.status === 401
    ? () => undefined
    : notify({ text: textOf(error), kind: "error" });
}

export function announce(text: string): void {
  notices.announced = plain(text);
  notices.turn += 1;
}
