/** Deletions that can still be taken back: the server is told when the time is over, or when the page is left. */

import { Problem } from "$/api/problem";
import { Countdown } from "$/state/countdown";
import type { Timer } from "$/state/timer";
import type { TrackNow } from "$/state/track";

export const UNDO_S = 8;

export interface Undoing {
  undo(): void;
  /** The time to undo it stands still meanwhile. */
  hold(isHeld: boolean): void;
}

export interface DeletionPorts {
  hide(track_id: string, isHidden: boolean): void;
  /** Keep in mind, over the page's end, that it is asked for; gives what says that no tab can undo it any more. */
  remember(track_id: string): () => void;
  /** It is done, or not asked for any more. */
  forget(track_id: string): void;
  /** Throws Problem. */
  erase(track_id: string): Promise<void>;
  /** The page is going away, and cannot wait for an answer. */
  eraseLeaving(track_id: string): void;
  timer: Timer;
  /** Say that it is to be deleted; gives what takes that away. */
  offerUndo(track: TrackNow, undoing: Undoing): () => void;
  undone(track: TrackNow): void;
  erased(track: TrackNow): void;
  /** The server is away: it is asked again later, and the track stays hidden until then. */
  postponed(track: TrackNow): void;
  failed(track: TrackNow, error: unknown): void;
}

interface Pending {
  track: TrackNow;
  countdown: Countdown;
  letGo: () => void;
  dismiss: () => void;
}

export class Deletions {
  readonly #ports: DeletionPorts;
  readonly #pending = new Map<string, Pending>();

  constructor(ports: DeletionPorts) {
    this.#ports = ports;
  }

  isPending(track_id: string): boolean {
    return this.#pending.has(track_id);
  }

  ask(track: TrackNow): void {
    const { track_id } = track;
    if (this.#pending.has(track_id)) {
      return;
    }
    this.#ports.hide(track_id, true);
    const countdown = new Countdown(this.#ports.timer, UNDO_S * 1000, () => void this.#erase(track));
    this.#pending.set(track_id, {
      track,
      countdown,
      // A phone may end the page at any moment from now on, without another word.
      letGo: this.#ports.remember(track_id),
      dismiss: this.#ports.offerUndo(track, {
        undo: () => this.undo(track_id),
        hold: (isHeld) => countdown.hold(isHeld),
      }),
    });
  }

  undo(track_id: string): void {
    const pending = this.#close(track_id);
    if (pending) {
      this.#ports.forget(track_id);
      this.#ports.hide(track_id, false);
      this.#ports.undone(pending.track);
    }
  }

  /** Take the last one back; false where there is none. */
  undoLast(): boolean {
    const last = [...this.#pending.keys()].at(-1);
    if (last !== undefined) {
      this.undo(last);
    }
    return last !== undefined;
  }

  /** Do now what waits, as before a sign-out. */
  async finish(): Promise<void> {
    await Promise.all([...this.#pending.values()].map(({ track }) => this.#erase(track)));
  }

  /** The page is being left, or has gone out of sight: a phone may never show it again. */
  leave(): void {
    for (const track_id of [...this.#pending.keys()]) {
      this.#close(track_id);
      this.#ports.eraseLeaving(track_id);
    }
  }

  /** Nobody is signed in any more whose they could be: nothing is sent, and what is remembered waits for the same person. */
  drop(): void {
    for (const track_id of [...this.#pending.keys()]) {
      this.#close(track_id);
      this.#ports.hide(track_id, false);
    }
  }

  async #erase(track: TrackNow): Promise<void> {
    const { track_id } = track;
    this.#close(track_id);
    try {
      await this.#ports.erase(track_id);
    } catch (error) {
      if (canWait(error)) {
        this.#ports.postponed(track);
        return;
      }
      if (!isGone(error)) {
        this.#ports.forget(track_id);
        this.#ports.failed(track, error);
        this.#ports.hide(track_id, false);
        return;
      }
    }
    this.#ports.forget(track_id);
    this.#ports.erased(track);
    this.#ports.hide(track_id, false);
  }

  #close(track_id: string): Pending | undefined {
    const pending = this.#pending.get(track_id);
    this.#pending.delete(track_id);
    pending?.countdown.stop();
    pending?.letGo();
    pending?.dismiss();
    return pending;
  }
}

/** Asked again later, by the same person, it may be done. */
export function canWait(error: unknown): boolean {
  return error instanceof Problem && (error.isTransient || error.status === 401);
}

/** Somebody has deleted it already. */
export function isGone(error: unknown): boolean {
  return error instanceof Problem && error.isGone;
}
