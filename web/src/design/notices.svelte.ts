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

export const notices = $state<{ shown: Notice[]; announced: string }>({ shown: [], announced: "" });

let last = 0;

/** Shown until dismissed when it is an error, else for `life_s`; gives what takes it away. */
export function notify(notice: Omit<Notice, "id">, life_s = LIFE_S): () => void {
  const id = (last += 1);
  notices.shown.push({ ...notice, id });
  const remove = (): void => dismiss(id);
  if (notice.kind !== "error") {
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
}
