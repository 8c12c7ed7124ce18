import { describe, expect, it } from "vitest";
import { fingerprint, RememberedUploads, type Shelf } from "$/state/rememberedUploads";

class FakeShelf implements Shelf {
  readonly #kept = new Map<string, string>();
  isFull = false;

  get length(): number {
    return this.#kept.size;
  }

  key(at: number): string | null {
    return [...this.#kept.keys()][at] ?? null;
  }

  getItem(key: string): string | null {
    return this.#kept.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) {
      throw new DOMException("full", "QuotaExceededError");
    }
    this.#kept.set(key, value);
  }

  removeItem(key: string): void {
    this.#kept.delete(key);
  }
}

const song = { name: "Ünïcode 夜.wav", size: 12_800, lastModified: 7 };

describe("uploads that the browser remembers", () => {
  it("know a file again by its name, size and time alone", () => {
    expect(fingerprint(song)).toBe(fingerprint({ ...song }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, size: 1 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, lastModified: 8 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, name: "other.wav" }));
  });

  it("are named with their size and path until they are forgotten", () => {
    const remembered = new RememberedUploads(() => new FakeShelf());
    const shelf = new FakeShelf();
    const kept = new RememberedUploads(() => shelf);
    kept.remember(fingerprint(song), "/v1/uploads/upl_1");
    expect(kept.all).toEqual([
      { key: fingerprint(song), name: "Ünïcode 夜.wav", size_bytes: 12_800, path: "/v1/uploads/upl_1" },
    ]);
    kept.forget(fingerprint(song));
    expect(kept.all).toEqual([]);
    expect(remembered.all).toEqual([]);
  });

  it("are all forgotten at once, and nothing else with them", () => {
    const shelf = new FakeShelf();
    const kept = new RememberedUploads(() => shelf);
    shelf.setItem("stripsession.theme", "dark");
    kept.remember(fingerprint(song), "/v1/uploads/upl_1");
    kept.remember(fingerprint({ ...song, size: 2 }), "/v1/uploads/upl_2");
    kept.forgetAll();
    expect(shelf.length).toBe(1);
  });

  it("stand aside where the browser keeps something else, or has no room", () => {
    const shelf = new FakeShelf();
    const kept = new RememberedUploads(() => shelf);
    shelf.setItem("stripsession.upload.nonsense", "/v1/uploads/x");
    expect(kept.all).toEqual([]);
    shelf.isFull = true;
    expect(() => kept.remember(fingerprint(song), "/v1/uploads/upl_1")).not.toThrow();
  });
});
