/** For a test of the queue: a browser, a network and a server that do what the test says. */

import type { FileHandle } from "$/state/keptHandles";
import { fingerprint, RememberedUploads } from "$/state/rememberedUploads";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";
import { HandTimer } from "$/state/timer.fixture";
import type { Told } from "$/state/tusSending";
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

export let remembered: RememberedUploads;
export let shelf: Map<string, string>;
export let handles: Map<string, FileHandle>;
export let tabs: Set<string>;
export let timer: HandTimer;
export let network: EventTarget;
export let sendings: Sending[];
export let discarded: string[];
export let created: string[];
export let arrived: string[];
export let held: Set<string>;
export let stored: Map<string, Stored>;
export let queue: UploadQueue;

export const file = (name: string, bytes = 1000): File => new File([new Uint8Array(bytes)], name, { lastModified: 1 });
export const key = (name: string): string => fingerprint(file(name));
export const now = (): Sending => sendings.at(-1)!;
export const states = (): string[] => queue.songs.map((song) => `${song.name} ${song.state}`);
export const song = (name: string): Song => queue.songs.find((each) => each.name === name)!;

/** What a test says of the world. */
export const world: { model: string | null; onCreate: () => void } = { model: null, onCreate: () => undefined };

export function beginAnew(): void {
  const storage = new MadeStorage();
  shelf = storage.kept;
  remembered = new RememberedUploads(new Shelf(() => storage));
  handles = new Map();
  tabs = new Set(["this"]);
  world.model = null;
  timer = new HandTimer();
  network = new EventTarget();
  sendings = [];
  discarded = [];
  created = [];
  arrived = [];
  held = new Set();
  stored = new Map();
  world.onCreate = () => undefined;
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
    model: () => world.model,
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
      world.onCreate();
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
}
