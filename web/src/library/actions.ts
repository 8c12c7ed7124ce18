/** What a person does to a track, from the library and from the player. */

import { addressOf } from "$/account/sections";
import { textOf } from "$/api/words";
import { LOCKS } from "$/browser/names";
import { announce, complain, notify } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { canWait, Deletions, isGone, UNDO_S } from "$/library/deletions";
import { LeftDeletions } from "$/library/leftDeletions";
import { erasedAt } from "$/library/receipts";
import { forget as forgetKept, keep } from "$/offline/kept.svelte";
import { forgetPlayer } from "$/player/memory";
import { UNDO_KEYS, undoKeysName } from "$/state/keys";
import { heldNames, locked } from "$/state/locks";
import { go, route } from "$/state/route.svelte";
import { shelf } from "$/state/shelf";
import { shortMoment } from "$/state/text";
import { timer } from "$/state/timer";
import type { TrackNow } from "$/state/track";
import { tracks } from "$/state/tracks.svelte";

const ERASED_S = 8;
/** Where the server is away although there is a network. */
const RETRY_MS = 30_000;
/** Held by the tab that can still undo the deletion. */
const LOCK = LOCKS.deletion;
const left = new LeftDeletions(shelf);

let deletions = begunDeletions();
let isWatching = false;
/** Somebody is signed in in whose name something can be done. */
let isSomebody = false;
let callOffRetry: (() => void) | null = null;

/** Of one person: what the server says after they have left is told to nobody. */
function begunDeletions(): Deletions {
  const isTheirs = (): boolean => deletions === begun;
  const begun = new Deletions({
    hide: (track_id, isHidden) => tracks.hide(track_id, isHidden),
    remember: (track_id) => (left.remember(track_id), holdHere(track_id)),
    forget: (track_id) => left.forget(track_id),
    erase: (track_id) => tracks.delete(track_id),
    eraseLeaving,
    timer,
    offerUndo: ({ title }, { undo, hold }) => {
      const text = i18n.m.library.deletion.pending(title, UNDO_S, undoKeysName());
      const action = { label: i18n.m.page.undo, run: undo, keys: UNDO_KEYS };
      // It goes with the time to undo, which has one clock.
      return notify({ text, kind: "info", action, onhold: hold }, Infinity);
    },
    undone: ({ title }) => announce(i18n.m.library.deletion.undone(title)),
    erased: (track) => void tellErased(track, isTheirs),
    postponed: ({ title }) => {
      if (isTheirs()) {
        notify({ text: i18n.m.library.deletion.postponed(title), kind: "info" });
        retryLater();
      }
    },
    failed: ({ title }, error) => {
      if (isTheirs()) {
        notify({ text: i18n.m.library.deletion.failed(title, textOf(error)), kind: "error" });
      }
    },
  });
  return begun;
}

/** No other tab may take it for left behind; gives what lets go of it. */
function holdHere(track_id: string): () => void {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  void locked(LOCK + track_id, {}, () => held);
  return letGo;
}

/** Off the list at once; erased when it was not undone in time. */
export function deleteTrack(track: TrackNow): void {
  watchPage();
  // Renews a session that has run out: when the page is closed meanwhile, the deletion can wait for no renewal.
  void tracks.find(track.track_id).catch(() => undefined);
  deletions.ask(track);
  if (route.now.view === "track" && route.now.track_id === track.track_id) {
    go("#/");
  }
}

function watchPage(): void {
  isSomebody = true;
  if (isWatching) {
    return;
  }
  isWatching = true;
  addEventListener("pagehide", () => deletions.leave());
  addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      deletions.leave();
    } else if (isSomebody) {
      void finishLeftDeletions();
    }
  });
}

/** False where nothing can be undone any more. */
export function undoLastDeletion(): boolean {
  return deletions.undoLast();
}

/** Before a sign-out: afterwards the server would not do it, and nobody could undo it in any tab. */
export async function finishDeletions(): Promise<void> {
  await deletions.finish();
  await Promise.all(left.all.map(finishLeft));
}

/** At the end of a session: what still waits must not be sent in another person's name. */
export function dropDeletions(): void {
  isSomebody = false;
  callOffRetry?.();
  callOffRetry = null;
  deletions.drop();
  deletions = begunDeletions();
}

export async function cancelTrack(track: TrackNow): Promise<void> {
  await attempt(`cancel ${track.track_id}`, () => tracks.cancel(track.track_id));
}

export async function retryTrack(track: TrackNow): Promise<void> {
  await attempt(`retry ${track.track_id}`, () => tracks.retry(track.track_id));
}

export async function keepTrack(track: TrackNow): Promise<void> {
  try {
    await keep(track);
  } catch (error) {
    if (error instanceof DOMException && error.name === "QuotaExceededError") {
      notify({ text: i18n.m.library.row.noRoom(track.title), kind: "error" });
    } else {
      complain(error);
    }
  }
}

/** Of each act that went wrong last, what takes away that it did. */
const faults = new Map<string, () => void>();

async function attempt(act: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
    faults.get(act)?.();
    faults.delete(act);
  } catch (error) {
    faults.set(act, complain(error));
  }
}

function eraseLeaving(track_id: string): void {
  // Browsers may drop it with the page, and the server refuses it where the session has ended meanwhile.
  const gone = fetch(`/v1/tracks/${encodeURIComponent(track_id)}`, { method: "DELETE", keepalive: true });
  gone.then(({ ok }) => ok && (left.forget(track_id), tracks.gone(track_id))).catch(() => undefined);
  void forgetHere(track_id);
}

/** See to what was asked for and is not done, by the same person, unless a tab can still undo it. */
export async function finishLeftDeletions(): Promise<void> {
  watchPage();
  const begun = deletions;
  const undoable = await heldNames(LOCK).catch(() => null);
  if (!undoable || begun !== deletions) {
    // The page is being left, or its person has gone meanwhile.
    return;
  }
  const due = left.all.filter((track_id) => !undoable.has(track_id) && !begun.isPending(track_id));
  await Promise.all(due.map(finishLeft));
}

/** Whoever asked for them has gone. */
export function forgetLeftDeletions(): void {
  left.forgetAll();
}

async function finishLeft(track_id: string): Promise<void> {
  const begun = deletions;
  const track = tracks.get(track_id);
  tracks.hide(track_id, true);
  try {
    await tracks.delete(track_id);
  } catch (error) {
    if (canWait(error)) {
      // Still hidden: it is asked for, and done when the server is back, or when the same person is.
      if (begun === deletions) {
        retryLater();
      }
      return;
    }
    if (!isGone(error)) {
      left.forget(track_id);
      tracks.hide(track_id, false);
      if (track && begun === deletions) {
        notify({ text: i18n.m.library.deletion.failed(track.title, textOf(error)), kind: "error" });
      }
      return;
    }
    tracks.gone(track_id);
  }
  left.forget(track_id);
  tracks.hide(track_id, false);
  if (track) {
    await tellErased(track, () => begun === deletions);
  }
}

function retryLater(): void {
  callOffRetry ??= timer.after(RETRY_MS, () => {
    callOffRetry = null;
    void finishLeftDeletions();
  });
}

async function tellErased(
  { track_id, upload_id, created_at, title }: TrackNow,
  isTheirs: () => boolean,
): Promise<void> {
  await forgetHere(track_id);
  if (!isTheirs()) {
    return;
  }
  const { deletion } = i18n.m.library;
  // The deletion is done whether or not its receipt can be read now.
  const erased_at = await erasedAt(upload_id, created_at).catch(() => null);
  if (!isTheirs()) {
    return;
  }
  const text = erased_at ? deletion.receipt(title, shortMoment(erased_at)) : deletion.erased(title);
  const action = { label: deletion.receipts, run: () => go(addressOf("receipts")) };
  notify({ text, kind: "info", action }, ERASED_S);
}

async function forgetHere(track_id: string): Promise<void> {
  forgetPlayer(track_id);
  await forgetKept(track_id).catch(() => undefined);
}
