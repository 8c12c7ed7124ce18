/** Uploads that were begun, kept under what tells their files again without reading them: until done, forgotten or signed out. */

const PREFIX = "stripsession.upload.";

export type FileSigns = Pick<File, "name" | "size" | "lastModified">;

export interface Remembered {
  key: string;
  name: string;
  size_bytes: number;
  /** Path of the upload. */
  path: string;
}

/** What is used of localStorage. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export function fingerprint({ name, size, lastModified }: FileSigns): string {
  return `${PREFIX}${JSON.stringify([name, size, lastModified])}`;
}

export class RememberedUploads {
  readonly #shelf: () => Shelf;

  constructor(shelf: () => Shelf) {
    this.#shelf = shelf;
  }

  pathOf(key: string): string | null {
    return this.#shelf().getItem(key);
  }

  remember(key: string, path: string): void {
    try {
      this.#shelf().setItem(key, path);
    } catch {
      // Full: the upload goes on, and a reload would begin it anew.
    }
  }

  forget(key: string): void {
    this.#shelf().removeItem(key);
  }

  get all(): Remembered[] {
    return this.#keys().flatMap((key) => {
      const path = this.pathOf(key);
      const signs = signsOf(key);
      return path && signs ? [{ key, path, name: signs[0], size_bytes: signs[1] }] : [];
    });
  }

  forgetAll(): void {
    this.#keys().forEach((key) => this.forget(key));
  }

  #keys(): string[] {
    const shelf = this.#shelf();
    const keys = Array.from({ length: shelf.length }, (_, at) => shelf.key(at) ?? "");
    return keys.filter((key) => key.startsWith(PREFIX));
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
