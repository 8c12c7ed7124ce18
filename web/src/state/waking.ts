/** Keeps the screen from going dark, and with it the page from being stopped, while something goes on that needs that. */

export class Waking {
  #isWanted = false;
  #isAsking = false;
  #lock: WakeLockSentinel | null = null;

  /** Said as often as one likes. Where no browser grants it the screen goes dark as ever. */
  keep(isWanted: boolean): void {
    if (isWanted === this.#isWanted || !("wakeLock" in navigator)) {
      return;
    }
    this.#isWanted = isWanted;
    if (isWanted) {
      document.addEventListener("visibilitychange", this.#seen);
      void this.#ask();
    } else {
      document.removeEventListener("visibilitychange", this.#seen);
      void this.#lock?.release();
      this.#lock = null;
    }
  }

  /** A browser takes it back from a page that is not seen, and does not give it again by itself. */
  readonly #seen = (): void => void this.#ask();

  async #ask(): Promise<void> {
    if (this.#isAsking || document.hidden || (this.#lock && !this.#lock.released)) {
      return;
    }
    this.#isAsking = true;
    try {
      const lock = await navigator.wakeLock.request("screen");
      if (this.#isWanted) {
        this.#lock = lock;
      } else {
        await lock.release();
      }
    } catch {
      // A battery that runs low is a reason of the device's own.
    } finally {
      this.#isAsking = false;
    }
  }
}
