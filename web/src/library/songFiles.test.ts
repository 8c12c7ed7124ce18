import { describe, expect, it } from "vitest";
import { droppedFiles, inOrder, sortedOut } from "$/library/songFiles";

const file = (name: string, type = ""): File => new File(["x"], name, { type });

/** A folder as browsers give one: in parts, with an empty part after the last. */
function folder(name: string, inside: FileSystemEntry[], part = 2): FileSystemEntry {
  const createReader = () => {
    let at = 0;
    const readEntries = (give: (entries: FileSystemEntry[]) => void) => give(inside.slice(at, (at += part)));
    return { readEntries };
  };
  return { isFile: false, isDirectory: true, name, createReader } as unknown as FileSystemEntry;
}

function entry(name: string): FileSystemEntry {
  const give = (resolve: (found: File) => void): void => resolve(file(name));
  return { isFile: true, isDirectory: false, name, file: give } as unknown as FileSystemEntry;
}

const dropped = (found: FileSystemEntry | null, own: File | null = null) => ({
  kind: "file",
  getAsFile: () => own,
  webkitGetAsEntry: () => found,
});
const names = (files: File[]): string[] => files.map(({ name }) => name);

describe("the songs of a drop", () => {
  it("are in folders however deep, in the order of their names", async () => {
    const album = folder("Album", [entry("10 End.flac"), entry("2 Two.flac"), entry("1 One.flac")]);
    const all = folder("All", [entry("z.mp3"), album, entry("a.mp3")]);
    expect(names((await droppedFiles([dropped(all)])).files)).toEqual([
      "a.mp3",
      "1 One.flac",
      "2 Two.flac",
      "10 End.flac",
      "z.mp3",
    ]);
  });

  it("are plain files too, where the browser tells of no entry", async () => {
    const items = [dropped(null, file("a.wav")), dropped(entry("b.wav"), file("b.wav"))];
    expect(names((await droppedFiles(items)).files)).toEqual(["a.wav", "b.wav"]);
  });

  it("are no text that was dropped", async () => {
    const { files } = await droppedFiles([{ ...dropped(null, file("a.wav")), kind: "string" }]);
    expect(files).toEqual([]);
  });

  it("are told one by one as they are found, for a large folder takes its time", async () => {
    const told: number[] = [];
    await droppedFiles([dropped(folder("All", [entry("a.mp3"), entry("b.mp3")]))], (files) => told.push(files));
    expect(told).toEqual([1, 2]);
  });

  it("are all but those that cannot be read, which are counted", async () => {
    const broken = { ...entry("b.mp3"), file: (_: unknown, fail: (error: Error) => void) => fail(new Error("gone")) };
    const shut = {
      ...folder("Shut", []),
      createReader: () => ({ readEntries: (_: unknown, fail: () => void) => fail() }),
    };
    const all = folder("All", [entry("a.mp3"), broken, shut as unknown as FileSystemEntry, entry("z.mp3")]);
    const found = await droppedFiles([dropped(all)]);
    expect(names(found.files)).toEqual(["a.mp3", "z.mp3"]);
    expect(found.unreadable).toBe(2);
  });

  it("come with where they lie, where the browser tells that", async () => {
    const handle = (name: string, getFile = async () => file(name)) => ({ kind: "file", name, getFile });
    const gone = handle("2 Gone.wav", () => Promise.reject(new Error("gone")));
    const inside = [handle("10 End.wav"), gone, handle("1 One.wav")];
    const album = {
      kind: "directory",
      name: "Album",
      async *values() {
        yield* inside;
      },
    };
    const alone = handle("a.wav");
    const own = file("a.wav");
    const found = await droppedFiles([
      { ...dropped(null), getAsFileSystemHandle: async () => album as never },
      { ...dropped(null, own), getAsFileSystemHandle: async () => alone as never },
      { ...dropped(null, file("b.wav")), getAsFileSystemHandle: () => Promise.reject(new Error("never")) },
    ]);
    expect(names(found.files)).toEqual(["1 One.wav", "10 End.wav", "a.wav", "b.wav"]);
    expect(found.files.map((each) => found.handles.get(each)?.name)).toEqual([
      "1 One.wav",
      "10 End.wav",
      "a.wav",
      undefined,
    ]);
    expect(found.files[2]).toBe(own);
    expect(found.unreadable).toBe(1);
  });

  it("are taken from the items at once, before the browser forgets them", () => {
    let isAsked = false;
    const item = { ...dropped(null), webkitGetAsEntry: () => ((isAsked = true), null) };
    void droppedFiles([item]);
    expect(isAsked).toBe(true);
  });
});

describe("the songs of a chosen folder", () => {
  it("come in the order of their names, whatever order the browser gives", () => {
    const at = (path: string): File => Object.defineProperty(file(path), "webkitRelativePath", { value: path });
    const given = [at("Album/10 End.flac"), at("Album/2 Two.flac"), at("A/1 One.flac")];
    expect(names(inOrder(given))).toEqual(["A/1 One.flac", "Album/2 Two.flac", "Album/10 End.flac"]);
  });
});

describe("what is a song", () => {
  it("is told by the type, or by the name's ending where there is no type", () => {
    const { songs } = sortedOut([
      file("a", "audio/x-unheard-of"),
      file("b.FLAC"),
      file("c.mp4", "video/mp4"),
      file("d.m4a"),
    ]);
    expect(names(songs)).toEqual(["a", "b.FLAC", "c.mp4", "d.m4a"]);
  });

  it("is no picture, text or list, and those are counted", () => {
    const { songs, others } = sortedOut([file("cover.jpg", "image/jpeg"), file("a.m3u"), file("notes"), file("b.wav")]);
    expect(names(songs)).toEqual(["b.wav"]);
    expect(others).toEqual(["cover.jpg", "a.m3u", "notes"]);
  });

  it("is nothing hidden, which nobody meant to give", () => {
    expect(sortedOut([file(".DS_Store"), file("._01 Song.mp3")])).toEqual({ songs: [], others: [] });
  });
});
