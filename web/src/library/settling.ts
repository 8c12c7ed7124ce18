/** Does what was asked for last, once nothing more was asked for a while. */

import type { Timer } from "$/state/timer";

export class Settling {
  readonly #timer: Timer;
  readonly #wait_ms: number;
  #callOff = (): void => undefined;

  constructor(timer: Timer, wait_ms: number) {
    this.#timer = timer;
    this.#wait_ms = wait_ms;
  }

  ask(work: () => void): void {
    this.#callOff();
    this.#callOff = this.#timer.after(this.#wait_ms, work);
  }

  /** At once, and nothing of what waited. */
  now(work: () => void): void {
    this.#callOff();
    work();
  }

  stop(): void {
    this.#callOff();
  }
}
