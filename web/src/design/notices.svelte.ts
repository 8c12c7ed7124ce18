/** What the page tells in passing: notices that are seen, announcements that are only heard. */

import { Problem } from "$/api/problem";
import { textOf } from "$/api/words";

const LIFE_S = 8;

export interface Notice {
  id: number;
  text: string;
  kind: "error" | "info";
  /** Something to do about it, such as taking a deletion back. */
  action?: { label: string; run: () => void };
}

export const notices = $state({
  shown: [] as Notice[],
  announced: "",
  /** Grows with each announcement: the same words twice are two. */
  turn: 0,
});

let last = 0;

/**
 * Shown until dismissed when it is an error, else for `life_s`; gives what takes it away. Said again, it takes the place of the
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
    setTimeout(remove, life_s * 1000);
  }
  return remove;
}

export function dismiss(id: number): void {
  notices.shown = notices.shown.filter((notice) => notice.id !== id);
}

/** A lost session needs no notice: the sign-in view says it. */
export function complain(error: unknown): void {
  if (!(error instanceof Problem && error.status === 401)) {
    notify({ text: textOf(error), kind: "error" });
  }
}

export function announce(text: string): void {
  notices.announced = text;
  notices.turn += 1;
}
