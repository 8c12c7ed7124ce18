/** Time that runs out, and stands still while somebody reads or reaches for what it ends. */

import type { Timer } from "$/state/timer";

/** Whoever was just reading has so long at least to come back. */
const RESUMED_MS_MIN = 3000;

export class Countdown {
  readonly #timer: Timer;
  readonly #work: () => void;
  #left_ms: number;
  #begun_ms = 0;
  #callOff: (() => void) | null = null;

  /** Does `work` once after `life_ms` in which it was not held. */
  constructor(timer: Timer, life_ms: number, work: () => void) {
    this.#timer = timer;
    this.#work = work;
    this.#left_ms = life_ms;
    this.#run();
  }

  hold(isHeld: boolean): void {
    if (isHeld && this.#callOff) {
      this.stop();
      this.#left_ms = Math.max(RESUMED_MS_MIN, this.#left_ms - (this.#timer.now_ms() - this.#begun_ms));
    } else if (!isHeld && !this.#callOff && this.#left_ms > 0) {
      this.#run();
    }
  }

  stop(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  #run(): void {
    this.#begun_ms = this.#timer.now_ms();
    this.#callOff = this.#timer.after(this.#left_ms, () => {
      this.#callOff = null;
      this.#left_ms = 0;
      this.#work();
    });
  }
}
