/** How fast bytes go, smoothed, and how long the rest of them takes. Nothing is said before enough is known. */

/** How far back it looks: long enough for a rate that does not jump, short enough to follow a network that changes. */
const WINDOW_MS = 8000;
const STEP_MS = 250;
const KNOWN_AFTER_MS = 3000;

export class Pace {
  #last: { at_ms: number; bytes: number } | null = null;
  #seen_ms = 0;
  #bytes_per_ms = 0;

  /** So many bytes of the same thing were gone by then. */
  note(bytes: number, at_ms: number): void {
    const last = this.#last;
    if (!last || bytes < last.bytes) {
      this.#last = { at_ms, bytes };
      return;
    }
    const step_ms = at_ms - last.at_ms;
    if (step_ms < STEP_MS) {
      return;
    }
    const rate = (bytes - last.bytes) / step_ms;
    const weight = this.#seen_ms ? 1 - Math.exp(-step_ms / WINDOW_MS) : 1;
    this.#bytes_per_ms += weight * (rate - this.#bytes_per_ms);
    this.#seen_ms += step_ms;
    this.#last = { at_ms, bytes };
  }

  /** Another thing is counted from here on, over the same network. */
  turn(): void {
    this.#last = null;
  }

  /** Nothing is known of what comes now. */
  forget(): void {
    this.turn();
    this.#seen_ms = 0;
    this.#bytes_per_ms = 0;
  }

  /** Null while nobody can tell. */
  left_s(bytes: number): number | null {
    const isKnown = this.#seen_ms >= KNOWN_AFTER_MS && this.#bytes_per_ms > 0;
    return isKnown ? bytes / this.#bytes_per_ms / 1000 : null;
  }
}
