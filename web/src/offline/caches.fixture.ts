/** For a test: the caches of a browser and its locks, in memory. */

const ORIGIN = "http://page.test";

const addressOf = (key: Request | string): string => new URL(key instanceof Request ? key.url : key, ORIGIN).href;

class MadeCache {
  readonly entries = new Map<string, Response>();

  async match(key: Request | string): Promise<Response | undefined> {
    return this.entries.get(addressOf(key))?.clone();
  }

  async put(key: Request | string, response: Response): Promise<void> {
    if (response.status === 206) {
      throw new TypeError("a part is not kept");
    }
    this.entries.set(addressOf(key), response);
  }

  /** All or none, as a browser does it. */
  async addAll(paths: readonly (Request | string)[]): Promise<void> {
    const responses = await Promise.all(paths.map((path) => fetch(path)));
    const refused = responses.findIndex(({ ok }) => !ok);
    if (refused >= 0) {
      throw new TypeError(`${addressOf(paths[refused]!)} did not come`);
    }
    await Promise.all(paths.map((path, at) => this.put(path, responses[at]!)));
  }
}

export class MadeCaches {
  readonly #caches = new Map<string, MadeCache>();

  async keys(): Promise<string[]> {
    return [...this.#caches.keys()];
  }

  async has(name: string): Promise<boolean> {
    return this.#caches.has(name);
  }

  async open(name: string): Promise<MadeCache> {
    const cache = this.#caches.get(name) ?? new MadeCache();
    this.#caches.set(name, cache);
    return cache;
  }

  async delete(name: string): Promise<boolean> {
    return this.#caches.delete(name);
  }

  /** A cache with these entries, each of which is its own text. */
  async made(name: string, paths: readonly string[]): Promise<void> {
    const cache = await this.open(name);
    await Promise.all(paths.map((path) => cache.put(path, new Response(path))));
  }

  /** Paths of what is in a cache; null where there is none. */
  pathsOf(name: string): string[] | null {
    const cache = this.#caches.get(name);
    return cache ? [...cache.entries.keys()].map((address) => address.slice(ORIGIN.length)) : null;
  }
}

export class MadeLocks {
  /** Names that another tab holds. */
  readonly elsewhere = new Set<string>();
  readonly #ends = new Map<string, Promise<unknown>>();

  async query(): Promise<{ held: { name: string }[] }> {
    return { held: [...this.elsewhere].map((name) => ({ name })) };
  }

  async request<T>(name: string, how: LockOptions, work: (lock: { name: string } | null) => T): Promise<Awaited<T>> {
    const isHeld = this.elsewhere.has(name) || this.#ends.has(name);
    if (isHeld && how.ifAvailable) {
      return await work(null);
    }
    await this.#ends.get(name)?.catch(() => undefined);
    how.signal?.throwIfAborted();
    const ending = Promise.resolve(work({ name }));
    this.#ends.set(name, ending);
    return await ending.finally(() => this.#ends.delete(name));
  }
}
