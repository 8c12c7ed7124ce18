/** Uploads that were begun, kept under what tells their files again without reading them: until done, forgotten or signed out. */

import type { Shelf } from "$/state/shelf";

const PREFIX = "stripsession.upload.";

export type FileSigns = Pick<File, "name" | "size" | "lastModified">;

export interface Remembered {
  key: string;
  name: string;
  size_bytes: number;
  /** Path of the upload. */
  path: string;
}

export function fingerprint({ name, size, lastModified }: FileSigns): string {
  return `${PREFIX}${JSON.stringify([name, size, lastModified])}`;
}

export class RememberedUploads {
  constructor(private readonly shelf: Shelf) {}

  pathOf(key: string): string | null {
    return this.shelf.read(key);
  }

  remember(key: string, path: string): void {
    this.shelf.write(key, path);
  }

  forget(key: string): void {
    this.shelf.remove(key);
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
    return this.shelf.keys(PREFIX);
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

/** The name of an upload, of its path. */
export function uploadIdOf(path: string): string {
  return decodeURIComponent(path.split("/").pop() ?? "");
}
