/** For a test: a browser's localStorage, in memory. */

export class MadeStorage implements Storage {
  readonly kept = new Map<string, string>();
  isFull = false;

  get length(): number {
    return this.kept.size;
  }

  key(at: number): string | null {
    return [...this.kept.keys()][at] ?? null;
  }

  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) {
      throw new DOMException("full", "QuotaExceededError");
    }
    this.kept.set(key, value);
  }

  removeItem(key: string): void {
    this.kept.delete(key);
  }

  clear(): void {
    this.kept.clear();
  }
}

/** What a browser does at the very name of a storage that it forbids. */
export function forbidden(): never {
  throw new DOMException("The operation is insecure.", "SecurityError");
}
