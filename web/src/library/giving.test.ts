import { beforeEach, describe, expect, it, vi } from "vitest";
import { sessionEvents } from "$/api/refresh";
import { notices } from "$/design/noticeList.svelte";
import { giveChosen, giveDropped, giving, pick } from "$/library/giving.svelte";

const { giveSongs } = vi.hoisted(() => ({ giveSongs: vi.fn() }));
vi.mock("$/state/uploads.svelte", () => ({ giveSongs }));

const file = (name: string): File => new File(["x"], name);
const handle = (name: string, getFile = async () => file(name)) => ({ kind: "file", name, getFile });
const given = (): string[] => (giveSongs.mock.calls.at(-1)?.[0] as File[]).map(({ name }) => name);
const told = (): string[] => notices.shown.map(({ text }) => text);
const folder = (inside: object[]) => ({
  kind: "directory",
  name: "Album",
  async *values() {
    yield* inside;
  },
});
const dropped = (handles: object[]): DataTransferItemList =>
  handles.map((each) => ({
    kind: "file",
    getAsFile: () => null,
    webkitGetAsEntry: () => null,
    getAsFileSystemHandle: async () => each,
  })) as unknown as DataTransferItemList;

beforeEach(() => {
  vi.unstubAllGlobals();
  vi.clearAllMocks();
  notices.shown = [];
});

describe("what is given to the page", () => {
  it("goes on its way as far as it is songs, and the rest is named", async () => {
    expect(await giveDropped(dropped([folder([handle("a.wav"), handle("cover.jpg"), handle("b.wav")])]))).toBe(2);
    expect(given()).toEqual(["a.wav", "b.wav"]);
    expect(told()).toEqual([expect.stringContaining("left out: “cover.jpg”.")]);
    expect(giving.reading).toBeNull();
  });

  it("names three of the files that are no songs, counts the others, and stays until it is closed", () => {
    vi.useFakeTimers();
    giveChosen(["a.wav", "1.txt", "2.txt", "3.txt", "4.txt", "5.txt"].map(file), false);
    vi.advanceTimersByTime(600_000);
    vi.useRealTimers();
    expect(told()).toEqual([expect.stringContaining("left out: “1.txt”, “2.txt”, “3.txt”, and 2 others.")]);
  });

  it("goes on its way without what could not be read, which is said", async () => {
    const gone = handle("b.wav", () => Promise.reject(new Error("gone")));
    await giveDropped(dropped([folder([handle("a.wav"), gone])]));
    expect(given()).toEqual(["a.wav"]);
    expect(told()).toEqual([expect.stringContaining("1 file or folder could not be read")]);
  });

  it("says how much of a large folder is read so far", async () => {
    const seen: (number | null)[] = [];
    const inside = Array.from({ length: 250 }, (_, at) =>
      handle(`${at}.wav`, async () => (seen.push(giving.reading), file(`${at}.wav`))),
    );
    await giveDropped(dropped([folder(inside)]));
    expect([...new Set(seen)]).toEqual([0, 100, 200]);
  });

  it("is not read to its end until all that is read is", async () => {
    let end = (): void => undefined;
    const slow = handle("a.wav", () => new Promise((resolve) => (end = () => resolve(file("a.wav")))));
    const first = giveDropped(dropped([slow]));
    await giveDropped(dropped([handle("b.wav")]));
    expect(giving.reading).toBe(0);
    end();
    await first;
    expect(giving.reading).toBeNull();
  });

  it("is nobody else's where its person signs out while it is read, or chosen", async () => {
    const leave = async () => (sessionEvents.dispatchEvent(new Event("closed")), file("a.wav"));
    expect(await giveDropped(dropped([handle("a.wav", leave)]))).toBe(0);
    vi.stubGlobal("showOpenFilePicker", async () => (await leave(), [handle("a.wav")]));
    expect(await pick("songs")).toBe(true);
    expect(giveSongs).not.toHaveBeenCalled();
    expect(told()).toEqual([]);
    expect(giving.reading).toBeNull();
  });

  it("says so where it holds no song", async () => {
    giveChosen([file("notes.txt")], false);
    expect(told()).toEqual([expect.stringContaining("There is no song")]);
  });

  it("comes from the browser's picker with where it lies, where there is one", async () => {
    expect(await pick("songs")).toBe(false);
    vi.stubGlobal("showOpenFilePicker", async () => [handle("a.wav"), handle("b.wav")]);
    expect(await pick("songs")).toBe(true);
    expect(given()).toEqual(["a.wav", "b.wav"]);
    expect((giveSongs.mock.calls.at(-1)?.[1] as Map<File, unknown>).size).toBe(2);
  });

  it("is nothing where nothing was picked, and comes another way where the picker does not open", async () => {
    vi.stubGlobal("showOpenFilePicker", () => Promise.reject(new DOMException("", "AbortError")));
    expect(await pick("songs")).toBe(true);
    vi.stubGlobal("showOpenFilePicker", () => Promise.reject(new DOMException("", "SecurityError")));
    expect(await pick("songs")).toBe(false);
    expect(giveSongs).not.toHaveBeenCalled();
    expect(told()).toEqual([]);
  });
});
