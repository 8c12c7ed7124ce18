import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { fingerprint, RememberedUploads } from "$/state/rememberedUploads";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";
import { FileUnreadable, type Told } from "$/state/tusSending";
import { UploadQueue, type Song, type Stored } from "$/state/uploadQueue.svelte";

interface Sending {
  file: File;
  path: string | null;
  told: Told;
  signal: AbortSignal;
  end: (path: string) => void;
  fail: (error: unknown) => void;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let shelf: Map<string, string>;
let sendings: Sending[];
let discarded: string[];
let created: string[];
let arrived: string[];
let held: Set<string>;
let stored: Map<string, Stored>;
let onCreate: () => void;
let queue: UploadQueue;

const file = (name: string, bytes = 1000): File => new File([new Uint8Array(bytes)], name, { lastModified: 1 });
const key = (name: string): string => fingerprint(file(name));
const now = (): Sending => sendings.at(-1)!;
const states = (): string[] => queue.songs.map((song) => `${song.name} ${song.state}`);
const song = (name: string): Song => queue.songs.find((each) => each.name === name)!;

beforeEach(() => {
  const storage = new MadeStorage();
  shelf = storage.kept;
  sendings = [];
  discarded = [];
  created = [];
  arrived = [];
  held = new Set();
  stored = new Map();
  onCreate = () => undefined;
  queue = new UploadQueue({
    remembered: new RememberedUploads(new Shelf(() => storage)),
    send: (input, path, told, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        sendings.push({ file: input, path, told, signal, end: resolve, fail: reject });
      }),
    stored: async (path) => stored.get(path) ?? null,
    discard: async (path) => void discarded.push(path),
    create: async (upload_id) => {
      created.push(upload_id);
      onCreate();
      return { title: `Song of ${upload_id}` };
    },
    hold: async (name, work) => {
      if (held.has(name)) {
        return false;
      }
      await work();
      return true;
    },
    heldElsewhere: async () => held,
    arrived: (title) => arrived.push(title),
  });
});

describe("songs on their way in", () => {
  it("are sent one at a time, each becomes a track, and leaves the queue", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting"]);
    now().told.onPath("/v1/uploads/upl_1");
    expect(shelf.get(key("a.wav"))).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created).toEqual(["upl_1"]);
    expect(arrived).toEqual(["Song of upl_1"]);
    expect(shelf.size).toBe(0);
    expect(states()).toEqual(["b.wav sending"]);
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(queue.songs).toEqual([]);
    expect(queue.isBusy).toBe(false);
  });

  it("tell how much of all is sent", async () => {
    queue.add([file("a.wav", 1000), file("b.wav", 3000)]);
    await settled();
    now().told.onProgress(500);
    expect(song("a.wav").percent).toBe(50);
    expect(queue.summary).toEqual({ songs: 2, done: 0, percent: 12 });
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(queue.summary).toEqual({ songs: 2, done: 1, percent: 25 });
  });

  it("are known again, and not sent twice", async () => {
    queue.add([file("a.wav")]);
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
    expect(sendings).toHaveLength(1);
  });

  it("say that an empty file is empty, and send it never", async () => {
    queue.add([file("empty.wav", 0)]);
    await settled();
    expect(states()).toEqual(["empty.wav refused"]);
    expect(song("empty.wav").canGoOn).toBe(false);
    expect(sendings).toEqual([]);
  });

  it("stop when the server cannot be reached, go on when asked, and by themselves with the network", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().fail(Problem.unreachable());
    await settled();
    expect(states()).toEqual(["a.wav stopped", "b.wav sending"]);
    now().end("/v1/uploads/upl_2");
    await settled();
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().fail(Problem.unreachable());
    await settled();
    queue.againAfterLoss();
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
  });

  it("are refused for good where the file itself is, and erased on the server", async () => {
    queue.add([file("cat.mp3")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().fail(new Problem(422, { detail: "This is a picture." }));
    await settled();
    expect(song("cat.mp3").canGoOn).toBe(false);
    expect(shelf.size).toBe(0);
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    queue.add([file("cat.mp3")]);
    await settled();
    expect(states()).toEqual(["cat.mp3 refused"]);
  });

  it("keep what was sent where only the minutes are missing", async () => {
    onCreate = () => {
      throw new Problem(402, { detail: "No minutes are left." });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav refused"]);
    onCreate = () => undefined;
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created).toEqual(["upl_1", "upl_1"]);
  });

  it("begin from nothing where the upload is gone", async () => {
    onCreate = () => {
      throw new Problem(410, { detail: "The uploaded file has been erased." });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav stopped"]);
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBeNull();
  });

  it("take a file again that was moved while it was sent", async () => {
    queue.add([file("a.wav")]);
    await settled();
    now().fail(new FileUnreadable());
    await settled();
    expect(song("a.wav").canGoOn).toBe(false);
    const fresh = file("a.wav");
    queue.add([fresh]);
    await settled();
    expect(now().file).toBe(fresh);
    expect(states()).toEqual(["a.wav sending"]);
  });

  it("are given up with what the server has of them, and the next begins", async () => {
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    await queue.cancel(song("a.wav"));
    await settled();
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    expect(shelf.size).toBe(0);
    expect(states()).toEqual(["b.wav sending"]);
    await queue.cancelAll();
    await settled();
    expect(queue.songs).toEqual([]);
    expect(created).toEqual([]);
  });

  it("are left to the other tab that sends them", async () => {
    held.add(key("a.wav"));
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav stopped"]);
    expect(song("a.wav").canGoOn).toBe(true);
  });
});

describe("uploads of an earlier visit", () => {
  beforeEach(() => {
    shelf.set(key("a.wav"), "/v1/uploads/upl_1");
    stored.set("/v1/uploads/upl_1", { offset_bytes: 430, length_bytes: 1000 });
  });

  it("are shown with how far they came, and go on with the same file", async () => {
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    expect(song("a.wav").percent).toBe(43);
    expect(queue.isBusy).toBe(false);
    queue.add([file("a.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav sending"]);
    expect(now().path).toBe("/v1/uploads/upl_1");
  });

  it("need no file where all of it had arrived", async () => {
    stored.set("/v1/uploads/upl_1", { offset_bytes: 1000, length_bytes: 1000 });
    await queue.recall();
    expect(created).toEqual(["upl_1"]);
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  it("are forgotten where the server has them no more", async () => {
    stored.clear();
    await queue.recall();
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(0);
  });

  it("are shown once however often they are recalled, and never while another tab sends them", async () => {
    held.add(key("a.wav"));
    await queue.recall();
    expect(queue.songs).toEqual([]);
    held.clear();
    await Promise.all([queue.recall(), queue.recall()]);
    expect(queue.songs).toHaveLength(1);
  });

  it("are erased when they are forgotten", async () => {
    await queue.recall();
    await queue.cancel(song("a.wav"));
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
    expect(shelf.size).toBe(0);
  });

  it("leave nothing after the sign-out, and stay for the next sign-in after a lost session", async () => {
    queue.add([file("b.wav")]);
    await settled();
    queue.stop();
    expect(queue.songs).toEqual([]);
    expect(shelf.size).toBe(1);
    queue.forgetAll();
    expect(shelf.size).toBe(0);
    await settled();
    expect(queue.isBusy).toBe(false);
  });
});
