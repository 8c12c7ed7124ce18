/**
 * Files of songs that are not tracks yet, as browsers let a page keep them: not the bytes, but where they lie. With them a
 * person goes on after a reload with one click, and without them chooses the files again. A browser that refuses keeps none.
 */

import { DATABASES } from "$/browser/names";

/** What browsers have beside what the standard's types know. */
export type FileHandle = FileSystemFileHandle & {
  requestPermission?(wish: { mode: "read" }): Promise<PermissionState>;
};

export interface KeptHandles {
  all(): Promise<ReadonlyMap<string, FileHandle>>;
  keep(key: string, handle: FileHandle): Promise<void>;
  forget(key: string): Promise<void>;
  forgetAll(): Promise<void>;
}

const DATABASE = DATABASES.handles;
const STORE = "handles";

/** The person or the browser does not let it be read; or it was moved or removed. */
export type Unopened = "forbidden" | "missing";

/** Asked by a click, without which no browser asks the person. */
export async function reopened(handle: FileHandle): Promise<File | Unopened> {
  try {
    const answer = (await handle.requestPermission?.({ mode: "read" })) ?? "granted";
    return answer === "granted" ? await handle.getFile() : "forbidden";
  } catch (error) {
    return error instanceof DOMException && error.name === "NotFoundError" ? "missing" : "forbidden";
  }
}

export class BrowserHandles implements KeptHandles {
  #opening: Promise<IDBDatabase> | null = null;

  async all(): Promise<ReadonlyMap<string, FileHandle>> {
    const found = await this.#tried("readonly", async (store) => {
      const [keys, handles] = await Promise.all([answered(store.getAllKeys()), answered(store.getAll())]);
      return new Map(keys.map((key, at) => [String(key), handles[at] as FileHandle]));
    });
    return found ?? new Map();
  }

  async keep(key: string, handle: FileHandle): Promise<void> {
    await this.#tried("readwrite", (store) => answered(store.put(handle, key)));
  }

  async forget(key: string): Promise<void> {
    await this.#tried("readwrite", (store) => answered(store.delete(key)));
  }

  /** The whole database goes: not even that there was one stays. */
  async forgetAll(): Promise<void> {
    try {
      const database = await this.#opening?.catch(() => null);
      database?.close();
      this.#opening = null;
      await gone(indexedDB.deleteDatabase(DATABASE));
    } catch {
      // A browser that forbids it kept nothing either.
    }
  }

  async #tried<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T | null> {
    try {
      const database = await this.#open();
      return await work(database.transaction(STORE, mode).objectStore(STORE));
    } catch {
      // Private windows, and wherever a person forbids pages to keep anything.
      return null;
    }
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= this.#opened().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  async #opened(): Promise<IDBDatabase> {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await answered(request);
    // Another tab forgets everything: it would wait for this one for ever.
    database.onversionchange = () => {
      database.close();
      this.#opening = null;
    };
    return database;
  }
}

/** How many of them are kept; where there is no database for them, none is made to be looked at. */
export async function countKept(): Promise<number> {
  try {
    const request = indexedDB.open(DATABASE);
    request.onupgradeneeded = () => request.transaction?.abort();
    const database = await answered(request);
    try {
      return await answered(database.transaction(STORE).objectStore(STORE).count());
    } finally {
      database.close();
    }
  } catch {
    // There is none, or the browser forbids pages to keep anything.
    return 0;
  }
}

/** Also once the browser waits for a tab that does not let go, such as one that it has put to sleep: it goes with that. */
function gone(request: IDBOpenDBRequest): Promise<unknown> {
  const blocked = new Promise<void>((resolve) => (request.onblocked = () => resolve()));
  return Promise.race([answered(request), blocked]);
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("The browser's database refused."));
  });
}
