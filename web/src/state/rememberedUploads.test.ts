import { describe, expect, it } from "vitest";
import { fingerprint, RememberedUploads } from "$/state/rememberedUploads";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";

const song = { name: "Ünïcode 夜.wav", size: 12_800, lastModified: 7 };
const path = "/v1/uploads/upl_1";
const made = (storage = new MadeStorage()): RememberedUploads => new RememberedUploads(new Shelf(() => storage));

describe("uploads that the browser remembers", () => {
  it("know a file again by its name, size and time alone", () => {
    expect(fingerprint(song)).toBe(fingerprint({ ...song }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, size: 1 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, lastModified: 8 }));
    expect(fingerprint(song)).not.toBe(fingerprint({ ...song, name: "other.wav" }));
  });

  it("are named with all that is known of them until they are forgotten", () => {
    const storage = new MadeStorage();
    const before = made(storage);
    const after = made(storage);
    before.remember(fingerprint(song), { model: "duo", tab: "tab_1" });
    const known = { key: fingerprint(song), name: "Ünïcode 夜.wav", size_bytes: 12_800, model: "duo", tab: "tab_1" };
    expect(after.all).toEqual([{ ...known, path: null }]);
    before.remember(fingerprint(song), { path });
    expect(after.all).toEqual([{ ...known, path }]);
    before.forget(fingerprint(song));
    expect(after.all).toEqual([]);
  });

  it("come in the order of their names", () => {
    const kept = made();
    for (const name of ["10 End.wav", "2 Two.wav", "1 One.wav"]) {
      kept.remember(fingerprint({ ...song, name }), { tab: "tab_1" });
    }
    expect(kept.all.map(({ name }) => name)).toEqual(["1 One.wav", "2 Two.wav", "10 End.wav"]);
  });

  it("are all forgotten at once, and nothing else with them", () => {
    const storage = new MadeStorage();
    const kept = made(storage);
    storage.setItem("stripsession.theme", "dark");
    kept.remember(fingerprint(song), { path });
    kept.remember(fingerprint({ ...song, size: 2 }), { path });
    expect(storage.length).toBe(3);
    kept.forgetAll();
    expect(storage.length).toBe(1);
  });

  it("are known from a page that kept the path alone", () => {
    const storage = new MadeStorage();
    storage.setItem(fingerprint(song), path);
    expect(made(storage).pathOf(fingerprint(song))).toBe(path);
  });

  it("stand aside where the browser keeps something else, or has no room", () => {
    const storage = new MadeStorage();
    const kept = made(storage);
    storage.setItem("stripsession.upload.nonsense", path);
    storage.setItem(fingerprint(song), "nonsense");
    expect(kept.all).toEqual([]);
    storage.isFull = true;
    expect(() => kept.remember(fingerprint(song), { path })).not.toThrow();
  });
});
