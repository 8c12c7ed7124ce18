/** For a test: a page that is seen until it is said to be hidden. */

import type { Sight } from "$/state/sight";

export class MadeSight implements Sight {
  readonly #watching = new Set<() => void>();
  #isHidden = false;

  isHidden(): boolean {
    return this.#isHidden;
  }

  watch(tell: () => void): () => void {
    this.#watching.add(tell);
    return () => this.#watching.delete(tell);
  }

  /** Nobody waits to be told. */
  get isAlone(): boolean {
    return this.#watching.size === 0;
  }

  turn(isHidden: boolean): void {
    this.#isHidden = isHidden;
    this.#watching.forEach((tell) => tell());
  }
}
