/**
 * Songs that were given and are not tracks yet, kept under what tells their files again without reading them: until done,
 * forgotten or signed out. Also those that had still to wait, so that a reload loses none of them.
 */

import { LOCAL } from "$/browser/names";
import type { Shelf } from "$/state/shelf";

const PREFIX = LOCAL.upload;

export type FileSigns = Pick<File, "name" | "size" | "lastModified">;

interface Kept {
  /** Path of the upload; null of one that was not begun. */
  path: string | null;
  /** What it is to be separated with; null leaves it to the server. */
  model: string | null;
  /** The tab that was given it. */
  tab: string;
}

export interface Remembered extends Kept {
  key: string;
  name: string;
  size_bytes: number;
}

const NOTHING: Kept = { path: null, model: null, tab: "" };

export function fingerprint({ name, size, lastModified }: FileSigns): string {
  return `${PREFIX}${JSON.stringify([name, size, lastModified])}`;
}

export class RememberedUploads {
  constructor(private readonly shelf: Shelf) {}

  /** Null where nothing is known of it. */
  of(key: string): Kept | null {
    const text = this.shelf.read(key);
    return text === null ? null : keptOf(text);
  }

  pathOf(key: string): string | null {
    return this.of(key)?.path ?? null;
  }

  /** What is not said of it stays as it was. */
  remember(key: string, change: Partial<Kept>): void {
    this.shelf.write(key, JSON.stringify({ ...NOTHING, ...this.of(key), ...change }));
  }

  forget(key: string): void {
    this.shelf.remove(key);
  }

  /** In the order of their names. */
  get all(): Remembered[] {
    const found = this.#keys().flatMap((key) => {
      const kept = this.of(key);
      const signs = signsOf(key);
      return kept && signs ? [{ ...kept, key, name: signs[0], size_bytes: signs[1] }] : [];
    });
    return found.sort((a, b) => byName.compare(a.name, b.name));
  }

  forgetAll(): void {
    this.#keys().forEach((key) => this.forget(key));
  }

  #keys(): string[] {
    return this.shelf.keys(PREFIX);
  }
}

/** The name of an upload, of its path. */
export function uploadIdOf(path: string): string {
  return decodeURIComponent(path.split("/").pop() ?? "");
}

function keptOf(text: string): Kept | null {
  try {
    const kept = JSON.parse(text) as Partial<Kept> | null;
    return kept && { ...NOTHING, ...kept };
  } catch {
    // What an earlier page kept: the path alone.
    return text.startsWith("/") ? { ...NOTHING, path: text } : null;
  }
}

function signsOf(key: string): [string, number] | null {
  try {
    const [name, size_bytes] = JSON.parse(key.slice(PREFIX.length)) as unknown[];
    return typeof name === "string" && typeof size_bytes === "number" ? [name, size_bytes] : null;
  } catch {
    return null;
  }
}

/** Track 2 before track 10. */
const byName = new Intl.Collator(undefined, { numeric: true });
