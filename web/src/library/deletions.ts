/** Deletions that can still be taken back: the server is told when the time is over, or when the page is left. */

import type { Timer } from "$/state/timer";
import type { TrackNow } from "$/state/track";

export const UNDO_S = 8;

export interface DeletionPorts {
  hide(track_id: string, isHidden: boolean): void;
  /** Throws Problem. */
  erase(track_id: string): Promise<void>;
  /** The page is going away, and cannot wait for an answer. */
  eraseLeaving(track_id: string): void;
  timer: Timer;
  /** Say that it is to be deleted; gives what takes that away. */
  offerUndo(track: TrackNow, undo: () => void): () => void;
  undone(track: TrackNow): void;
  erased(track: TrackNow): void;
  failed(track: TrackNow, error: unknown): void;
}

interface Pending {
  track: TrackNow;
  callOff: () => void;
  dismiss: () => void;
}

export class Deletions {
  readonly #ports: DeletionPorts;
  readonly #pending = new Map<string, Pending>();

  constructor(ports: DeletionPorts) {
    this.#ports = ports;
  }

  ask(track: TrackNow): void {
    const { track_id } = track;
    if (this.#pending.has(track_id)) {
      return;
    }
    this.#ports.hide(track_id, true);
    this.#pending.set(track_id, {
      track,
      callOff: this.#ports.timer.after(UNDO_S * 1000, () => void this.#erase(track)),
      dismiss: this.#ports.offerUndo(track, () => this.undo(track_id)),
    });
  }

  undo(track_id: string): void {
    const pending = this.#close(track_id);
    if (pending) {
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

  /** The page is being left. */
  leave(): void {
    for (const track_id of [...this.#pending.keys()]) {
      this.#close(track_id);
      this.#ports.eraseLeaving(track_id);
    }
  }

  /** Nobody is signed in any more whose they could be: nothing is taken back, and the server never hears of them. */
  drop(): void {
    for (const track_id of [...this.#pending.keys()]) {
      this.#close(track_id);
      this.#ports.hide(track_id, false);
    }
  }

  async #erase(track: TrackNow): Promise<void> {
    this.#close(track.track_id);
    try {
      await this.#ports.erase(track.track_id);
      this.#ports.erased(track);
    } catch (error) {
      this.#ports.failed(track, error);
    } finally {
      this.#ports.hide(track.track_id, false);
    }
  }

  #close(track_id: string): Pending | undefined {
    const pending = this.#pending.get(track_id);
    this.#pending.delete(track_id);
    pending?.callOff();
    pending?.dismiss();
    return pending;
  }
}
