/** What a person does to a track, from the library and from the player. */

import { api, told } from "$/api/client";
import { Problem } from "$/api/problem";
import { textOf } from "$/api/words";
import { announce, complain, notify } from "$/design/notices.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { Deletions, UNDO_S } from "$/library/deletions";
import { LeftDeletions } from "$/library/leftDeletions";
import { forget as forgetKept, keep } from "$/offline/kept.svelte";
import { forgetPlayer } from "$/player/memory";
import { go, route } from "$/state/route.svelte";
import { shelf } from "$/state/shelf";
import { shortMoment } from "$/state/text";
import { timer } from "$/state/timer";
import type { TrackNow } from "$/state/track";
import { tracks } from "$/state/tracks.svelte";

const RECEIPTS_READ = 20;
const ERASED_S = 6;
const left = new LeftDeletions(shelf);

let deletions = begunDeletions();
let isWatchingLeave = false;

/** Of one person: what the server says after they have left is told to nobody. */
function begunDeletions(): Deletions {
  const isTheirs = (): boolean => deletions === begun;
  const begun = new Deletions({
    hide: (track_id, isHidden) => tracks.hide(track_id, isHidden),
    erase: (track_id) => tracks.delete(track_id),
    eraseLeaving,
    timer,
    offerUndo: ({ title }, undo) => {
      const { deletion } = i18n.m.library;
      const text = deletion.pending(title, UNDO_S);
      return notify({ text, kind: "info", action: { label: i18n.m.page.undo, run: undo } }, UNDO_S);
    },
    undone: ({ title }) => announce(i18n.m.library.deletion.undone(title)),
    erased: (track) => void tellErased(track, isTheirs),
    failed: ({ title }, error) => {
      if (isTheirs()) {
        notify({ text: i18n.m.library.deletion.failed(title, textOf(error)), kind: "error" });
      }
    },
  });
  return begun;
}

/** Off the list at once; erased when it was not undone in time. */
export function deleteTrack(track: TrackNow): void {
  if (!isWatchingLeave) {
    isWatchingLeave = true;
    addEventListener("pagehide", () => deletions.leave());
  }
  // Renews a session that has run out: when the page is closed meanwhile, the deletion can wait for no renewal.
  void tracks.find(track.track_id).catch(() => undefined);
  deletions.ask(track);
  if (route.now.view === "track" && route.now.track_id === track.track_id) {
    go("#/");
  }
}

/** False where nothing can be undone any more. */
export function undoLastDeletion(): boolean {
  return deletions.undoLast();
}

/** Before a sign-out: afterwards the server would not do it. */
export async function finishDeletions(): Promise<void> {
  await deletions.finish();
}

/** At the end of a session: what still waits must not be sent in another person's name. */
export function dropDeletions(): void {
  deletions.drop();
  deletions = begunDeletions();
}

export async function cancelTrack(track: TrackNow): Promise<void> {
  await attempt(() => tracks.cancel(track.track_id));
}

export async function retryTrack(track: TrackNow): Promise<void> {
  await attempt(() => tracks.retry(track.track_id));
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

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    complain(error);
  }
}

function eraseLeaving(track_id: string): void {
  // Browsers may drop it with the page, and the server refuses it where the session has ended meanwhile.
  left.remember(track_id);
  const gone = fetch(`/v1/tracks/${encodeURIComponent(track_id)}`, { method: "DELETE", keepalive: true });
  gone.then(({ ok }) => ok && left.forget(track_id)).catch(() => undefined);
  void forgetHere(track_id);
}

/** See to what was asked as the page was left last time, by the same person. */
export async function finishLeftDeletions(): Promise<void> {
  await Promise.all(left.all.map(finishLeft));
}

/** Whoever asked for them has gone. */
export function forgetLeftDeletions(): void {
  left.forgetAll();
}

async function finishLeft(track_id: string): Promise<void> {
  tracks.hide(track_id, true);
  try {
    await tracks.delete(track_id);
    left.forget(track_id);
  } catch (error) {
    if (error instanceof Problem && error.isGone) {
      left.forget(track_id);
    }
    // Otherwise the next visit asks again.
  } finally {
    tracks.hide(track_id, false);
  }
}

async function tellErased({ track_id, upload_id, title }: TrackNow, isTheirs: () => boolean): Promise<void> {
  await forgetHere(track_id);
  if (!isTheirs()) {
    return;
  }
  const { deletion } = i18n.m.library;
  const erased_at = await receiptOf(upload_id);
  if (!isTheirs()) {
    return;
  }
  const text = erased_at ? deletion.receipt(title, shortMoment(erased_at)) : deletion.erased(title);
  notify({ text, kind: "info" }, ERASED_S);
}

async function forgetHere(track_id: string): Promise<void> {
  forgetPlayer(track_id);
  await forgetKept(track_id).catch(() => undefined);
}

/** When the upload was erased, as the receipt says; null where there is none. */
async function receiptOf(upload_id: string): Promise<string | null> {
  try {
    const { erasures } = await told(api.GET("/v1/privacy/erasures", { params: { query: { limit: RECEIPTS_READ } } }));
    return erasures.find((erasure) => erasure.upload_id === upload_id)?.erased_at ?? null;
  } catch {
    // The deletion is done whether or not its receipt can be read now.
    return null;
  }
}
