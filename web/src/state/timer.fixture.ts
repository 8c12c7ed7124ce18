/** For a test: time passes when it is told to. */

import type { Timer } from "$/state/timer";

export class HandTimer implements Timer {
  #now_ms = 0;
  #waiting: { at_ms: number; work: () => void }[] = [];

  after(wait_ms: number, work: () => void): () => void {
    const entry = { at_ms: this.#now_ms + wait_ms, work };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== entry);
    };
  }

  now_ms(): number {
    return this.#now_ms;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  pass(time_ms: number): void {
    this.#now_ms += time_ms;
    const isDue = ({ at_ms }: { at_ms: number }): boolean => at_ms <= this.#now_ms;
    const due = this.#waiting.filter(isDue).sort((a, b) => a.at_ms - b.at_ms);
    this.#waiting = this.#waiting.filter((entry) => !isDue(entry));
    due.forEach(({ work }) => work());
  }
}
