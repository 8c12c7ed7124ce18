/** The exports of whoever is signed in, looked at again for as long as one is being prepared. */

import { api, told, type Schemas } from "$/api/client";
import { textOf } from "$/api/words";
import { timer } from "$/state/timer";

const SOON_MS = 3_000;
/** One of a few songs is ready within so long; what takes longer may take hours. */
const EAGER_MS = 5 * 60_000;
const LATER_MS = 30_000;
const UNSEEN_MS = 5 * 60_000;

export class ExportWatch {
  /** Null before they were read. */
  list = $state.raw<Schemas["ExportList"] | null>(null);
  problem = $state("");
  readonly #isHidden: () => boolean;
  #looks = 0;
  /** When the first look found one that is being prepared. */
  #since_ms: number | null = null;
  #callOff = (): void => undefined;

  constructor(isHidden: () => boolean = () => document.hidden) {
    this.#isHidden = isHidden;
  }

  get isPreparing(): boolean {
    return this.list?.exports.some(({ state }) => state === "preparing") ?? false;
  }

  /** What was asked for last wins. Throws Problem; then the next look comes all the same. */
  async look(): Promise<void> {
    const look = (this.#looks += 1);
    this.#callOff();
    try {
      const list = await told(api.GET("/v1/privacy/exports"));
      if (look === this.#looks) {
        this.list = list;
        this.problem = "";
      }
    } finally {
      if (look === this.#looks) {
        this.#lookLater();
      }
    }
  }

  /** The same, and says what went wrong. */
  async read(): Promise<void> {
    const look = this.#looks + 1;
    try {
      await this.look();
    } catch (error) {
      if (look === this.#looks) {
        this.problem = textOf(error);
      }
    }
  }

  /** The network is back, or somebody looks at the page again. */
  async wake(): Promise<void> {
    if (!this.#isHidden() && (this.isPreparing || this.problem)) {
      await this.read();
    }
  }

  stop(): void {
    this.#looks += 1;
    this.#callOff();
  }

  #lookLater(): void {
    if (!this.isPreparing) {
      this.#since_ms = null;
      return;
    }
    this.#since_ms ??= timer.now_ms();
    const isEager = timer.now_ms() - this.#since_ms < EAGER_MS;
    const wait_ms = this.#isHidden() ? UNSEEN_MS : isEager ? SOON_MS : LATER_MS;
    this.#callOff = timer.after(wait_ms, () => void this.read());
  }
}
