import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { fingerprint, RememberedUploads } from "$/state/rememberedUploads";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";
import { FileUnreadable, type Told } from "$/state/tusSending";
import { HandTimer } from "$/state/timer.fixture";
import type { FileHandle } from "$/state/keptHandles";
import { UploadQueue, type Stored } from "$/state/uploadQueue.svelte";
import type { Song } from "$/state/uploadSong.svelte";

interface Sending {
  file: File;
  path: string | null;
  told: Told;
  signal: AbortSignal;
  end: (path: string) => void;
  fail: (error: unknown) => void;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let remembered: RememberedUploads;
let shelf: Map<string, string>;
let handles: Map<string, FileHandle>;
let tabs: Set<string>;
let model: string | null;
let timer: HandTimer;
let network: EventTarget;
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
  remembered = new RememberedUploads(new Shelf(() => storage));
  handles = new Map();
  tabs = new Set(["this"]);
  model = null;
  timer = new HandTimer();
  network = new EventTarget();
  sendings = [];
  discarded = [];
  created = [];
  arrived = [];
  held = new Set();
  stored = new Map();
  onCreate = () => undefined;
  queue = new UploadQueue({
    remembered,
    handles: {
      all: async () => new Map(handles),
      keep: async (name, handle) => void handles.set(name, handle),
      forget: async (name) => void handles.delete(name),
      forgetAll: async () => handles.clear(),
    },
    tab: "this",
    livingTabs: async () => tabs,
    model: () => model,
    timer,
    network,
    send: (input, path, told, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        sendings.push({ file: input, path, told, signal, end: resolve, fail: reject });
      }),
    stored: async (path) => stored.get(path) ?? null,
    discard: async (path) => void discarded.push(path),
    create: async (upload_id, wanted) => {
      created.push(wanted ? `${upload_id} by ${wanted}` : upload_id);
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
    expect(remembered.pathOf(key("a.wav"))).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created).toEqual(["upl_1"]);
    expect(arrived).toEqual(["Song of upl_1"]);
    expect(remembered.all.map(({ name }) => name)).toEqual(["b.wav"]);
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
    expect(remembered.all.map(({ name }) => name)).toEqual(["b.wav"]);
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
    // Removed here it goes on there.
    shelf.set(key("a.wav"), "/v1/uploads/upl_1");
    await queue.cancel(song("a.wav"));
    expect(discarded).toEqual([]);
    expect(shelf.size).toBe(1);
  });

  it("take the model that was chosen when they were given, each its own", async () => {
    model = "sextet";
    queue.add([file("a.wav")]);
    model = "duo";
    queue.add([file("b.wav")]);
    for (const upload of ["upl_1", "upl_2"]) {
      await settled();
      now().end(`/v1/uploads/${upload}`);
    }
    await settled();
    expect(created).toEqual(["upl_1 by sextet", "upl_2 by duo"]);
  });

  it("are kept where only the model is refused, and tried again with the one that is chosen then", async () => {
    model = "sextet";
    onCreate = () => {
      throw new Problem(422, { reason: "MODEL_NOT_IN_PLAN" });
    };
    queue.add([file("a.wav")]);
    await settled();
    now().told.onPath("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(states()).toEqual(["a.wav refused"]);
    expect(discarded).toEqual([]);
    onCreate = () => undefined;
    model = null;
    queue.again(song("a.wav"));
    await settled();
    expect(now().path).toBe("/v1/uploads/upl_1");
    now().end("/v1/uploads/upl_1");
    await settled();
    expect(created.at(-1)).toBe("upl_1");
  });

  it("that are sent wait for a server that is away as long as it takes", async () => {
    onCreate = () => {
      throw new Problem(503, {});
    };
    queue.add([file("a.wav")]);
    await settled();
    now().end("/v1/uploads/upl_1");
    await settled();
    expect([song("a.wav").state, song("a.wav").isWaiting]).toEqual(["checking", true]);
    for (let tries = 0; tries < 20; tries += 1) {
      timer.pass(30_000);
      await settled();
    }
    expect([song("a.wav").state, song("a.wav").isWaiting]).toEqual(["checking", true]);
    onCreate = () => undefined;
    network.dispatchEvent(new Event("online"));
    await settled();
    expect(arrived).toEqual(["Song of upl_1"]);
    expect(timer.isIdle).toBe(true);
  });

  it("that wait for the server can be given up", async () => {
    onCreate = () => {
      throw Problem.unreachable();
    };
    queue.add([file("a.wav"), file("b.wav")]);
    await settled();
    now().end("/v1/uploads/upl_1");
    await settled();
    await queue.cancel(song("a.wav"));
    await settled();
    expect(states()).toEqual(["b.wav sending"]);
    expect(timer.isIdle).toBe(true);
  });

  it("are tried again all at once", async () => {
    queue.add([file("a.wav"), file("b.wav"), file("empty.wav", 0)]);
    for (let at = 0; at < 2; at += 1) {
      await settled();
      now().fail(new Problem(500, {}));
    }
    await settled();
    expect(states()).toEqual(["a.wav stopped", "b.wav stopped", "empty.wav refused"]);
    queue.againAll();
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting", "empty.wav refused"]);
  });

  it("tell how long they take once that is known, and nothing while they stand", async () => {
    queue.add([file("a.wav", 1000), file("b.wav", 1000)]);
    await settled();
    now().told.onProgress(0);
    for (const sent_bytes of [100, 200, 300]) {
      expect(song("a.wav").left_s).toBeNull();
      timer.pass(1000);
      now().told.onProgress(sent_bytes);
    }
    expect(song("a.wav").left_s).toBeCloseTo(7);
    expect(queue.left_s).toBeCloseTo(17);
    timer.pass(10_000);
    expect([song("a.wav").left_s, queue.left_s]).toEqual([null, null]);
    now().told.onProgress(400);
    now().told.onWaiting(true);
    expect(queue.left_s).toBeNull();
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
    expect(shelf.size).toBe(2);
    handles.set(key("b.wav"), made("b.wav"));
    await queue.forgetAll();
    expect([shelf.size, handles.size]).toEqual([0, 0]);
    await settled();
    expect(queue.isBusy).toBe(false);
  });

  it("that had still to wait are shown as well", async () => {
    queue.add([file("b.wav"), file("c.wav")]);
    await settled();
    queue.stop();
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted", "c.wav interrupted"]);
    expect(song("c.wav").percent).toBe(0);
    queue.add([file("c.wav")]);
    await settled();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted", "c.wav sending"]);
  });

  it("are another tab's as long as that is there, also those that wait in it", async () => {
    tabs.add("other");
    remembered.remember(key("b.wav"), { tab: "other" });
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    tabs.delete("other");
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted"]);
  });

  it("keep the model that was chosen for them", async () => {
    remembered.remember(key("b.wav"), { model: "sextet", tab: "gone" });
    await queue.recall();
    model = "duo";
    queue.add([file("b.wav")]);
    await settled();
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(created).toEqual(["upl_2 by sextet"]);
  });

  it("begin anew with the same file where all of it had arrived and the upload is gone", async () => {
    stored.set("/v1/uploads/upl_1", { offset_bytes: 1000, length_bytes: 1000 });
    onCreate = () => {
      throw new Problem(410, {});
    };
    await queue.recall();
    expect(states()).toEqual(["a.wav interrupted"]);
    queue.add([file("a.wav")]);
    await settled();
    expect(now().path).toBeNull();
  });

  it("are all forgotten at once when asked", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    await queue.recall();
    await queue.forgetInterrupted();
    expect([queue.songs.length, shelf.size]).toEqual([0, 0]);
    expect(discarded).toEqual(["/v1/uploads/upl_1"]);
  });

  /** A file where the browser knows it; what it answers to being asked for it. */
  function made(name: string, answer: PermissionState = "granted", bytes = 1000): FileHandle {
    const asked = vi.fn(async () => answer);
    return { requestPermission: asked, getFile: async () => file(name, bytes) } as unknown as FileHandle;
  }

  it("go on with one click where the browser knows their files", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    handles.set(key("a.wav"), made("a.wav"));
    handles.set(key("b.wav"), made("b.wav"));
    await queue.recall();
    expect(queue.songs.map(({ canReopen }) => canReopen)).toEqual([true, true]);
    await queue.goOn();
    await settled();
    expect(states()).toEqual(["a.wav sending", "b.wav waiting"]);
    now().end("/v1/uploads/upl_1");
    await settled();
    expect([...handles.keys()]).toEqual([key("b.wav")]);
  });

  it("ask no second time for files that may not be read, and can still be chosen", async () => {
    remembered.remember(key("b.wav"), { tab: "gone" });
    const second = made("b.wav");
    handles.set(key("a.wav"), made("a.wav", "denied"));
    handles.set(key("b.wav"), second);
    await queue.recall();
    await queue.goOn();
    expect(states()).toEqual(["a.wav interrupted", "b.wav interrupted"]);
    expect(second.requestPermission).not.toHaveBeenCalled();
    queue.add([file("a.wav")]);
    await settled();
    expect(states()[0]).toBe("a.wav sending");
  });

  it("are not gone on with where the file is another one meanwhile", async () => {
    handles.set(key("a.wav"), made("a.wav", "granted", 77));
    await queue.recall();
    await queue.goOn();
    await settled();
    expect(states()).toEqual(["a.wav interrupted"]);
    expect(song("a.wav").canReopen).toBe(false);
    expect(sendings).toEqual([]);
  });

  it("keep what the browser gave to find a file again, until they are done", async () => {
    const given = file("b.wav");
    queue.add([given], new Map([[given, made("b.wav")]]));
    await settled();
    expect([...handles.keys()]).toEqual([key("b.wav")]);
    now().end("/v1/uploads/upl_2");
    await settled();
    expect(handles.size).toBe(0);
  });
});
