/**
 * What this browser keeps for the page: in localStorage, and, where that is forbidden or full, in memory until the page is
 * left. Nothing else of the page touches it or sessionStorage: a browser that forbids it throws at the very name.
 */

export class Shelf {
  readonly #storage: () => Storage;
  readonly #memory = new Map<string, string>();

  /** `storage` is asked each time, and may throw. */
  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  /** Nothing outlasts the page. */
  get isForbidden(): boolean {
    return this.#tried((storage) => storage.length) === null;
  }

  /** Null where nothing is kept under that name. */
  read(key: string): string | null {
    return this.#tried((storage) => storage.getItem(key)) ?? this.#memory.get(key) ?? null;
  }

  write(key: string, value: string): void {
    this.#memory.delete(key);
    if (this.#tried((storage) => (storage.setItem(key, value), true))) {
      return;
    }
    // What was kept before is out of date: the next visit must not take it for the last word.
    this.#tried((storage) => storage.removeItem(key));
    this.#memory.set(key, value);
  }

  remove(key: string): void {
    this.#memory.delete(key);
    this.#tried((storage) => storage.removeItem(key));
  }

  /** All names that begin so. */
  keys(prefix: string): string[] {
    const stored = this.#tried((storage) => Array.from({ length: storage.length }, (_, at) => storage.key(at) ?? ""));
    return [...new Set([...(stored ?? []), ...this.#memory.keys()])].filter((key) => key.startsWith(prefix));
  }

  #tried<T>(work: (storage: Storage) => T): T | null {
    try {
      return work(this.#storage());
    } catch {
      return null;
    }
  }
}

export const shelf = new Shelf(() => localStorage);
/** Of this tab alone, as long as it is open. */
export const tabShelf = new Shelf(() => sessionStorage);
