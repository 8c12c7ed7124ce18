import { describe, expect, it } from "vitest";
import { fingerprint, RememberedUploads } from "$/state/rememberedUploads";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";

const song = { name: "Ünïcode 夜.wav", size: 12_800, lastModified: 7 };
const made = (storage = new MadeStorage()): RememberedUploads => new RememberedUploads(new Shelf(() => storage));

describe("uploads that the browser remembers", () => {
  it("know a file again by its name, size and time alone", () => {
    expect(fingerprint(song)).toBe(fingerprint({ ...song }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, size: 1 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, lastModified: 8 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, name: "other.wav" }));
  });

  it("are named with their size and path until they are forgotten", () => {
    const storage = new MadeStorage();
    const remembered = made(storage);
    const kept = made(storage);
    kept.remember(fingerprint(song), "/v1/uploads/upl_1");
    expect(remembered.all).toEqual([
      { key: fingerprint(song), name: "Ünïcode 夜.wav", size_bytes: 12_800, path: "/v1/uploads/upl_1" },
    ]);
    kept.forget(fingerprint(song));
    expect(remembered.all).toEqual([]);
  });

  it("are all forgotten at once, and nothing else with them", () => {
    const storage = new MadeStorage();
    const kept = made(storage);
    storage.setItem("stripsession.theme", "dark");
    kept.remember(fingerprint(song), "/v1/uploads/upl_1");
    kept.remember(fingerprint({ ...song, size: 2 }), "/v1/uploads/upl_2");
    expect(storage.length).toBe(3);
    kept.forgetAll();
    expect(storage.length).toBe(1);
  });

  it("stand aside where the browser keeps something else, or has no room", () => {
    const storage = new MadeStorage();
    const kept = made(storage);
    storage.setItem("stripsession.upload.nonsense", "/v1/uploads/x");
    expect(kept.all).toEqual([]);
    storage.isFull = true;
    expect(() => kept.remember(fingerprint(song), "/v1/uploads/upl_1")).not.toThrow();
  });
});
