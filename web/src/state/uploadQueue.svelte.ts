/** Songs on their way in: one is sent at a time, each can be stopped, gone on with and given up. */

import { Problem } from "$/api/problem";
import { reopened, type FileHandle, type KeptHandles, type Unopened } from "$/state/keptHandles";
import { Pace } from "$/state/pace";
import { fingerprint, uploadIdOf, type RememberedUploads } from "$/state/rememberedUploads";
import type { Told } from "$/state/tusSending";
import { fateOf, FileEmpty, SentElsewhere, Song } from "$/state/uploadSong.svelte";
import { backoff_s, untilOnline, type WaitingPorts } from "$/state/waiting";

/** Of a server that is there and fails all the same. */
const FAILURES_MAX = 8;
/** When nothing has moved for so long, nobody can tell how long the rest takes. */
const STILL_MS = 10_000;

/** How far an upload is; null where there is none. */
export type Stored = { offset_bytes: number; length_bytes: number } | null;

export interface QueuePorts extends WaitingPorts {
  remembered: RememberedUploads;
  handles: KeptHandles;
  /** Names this tab among all. */
  tab: string;
  livingTabs(): Promise<ReadonlySet<string>>;
  /** What a song that is given now is to be separated with. */
  model(): string | null;
  send(file: File, path: string | null, told: Told, signal: AbortSignal): Promise<string>;
  stored(path: string): Promise<Stored>;
  discard(path: string): Promise<void>;
  create(upload_id: string, model: string | null): Promise<{ title: string }>;
  /** Do the work unless another tab is at this key: then false. */
  hold(key: string, work: () => Promise<void>): Promise<boolean>;
  heldElsewhere(): Promise<ReadonlySet<string>>;
  arrived(title: string): void;
}

export class UploadQueue {
  songs = $state<Song[]>([]);
  isBusy = $state(false);
  /** Of the songs that were added since the queue was last empty. */
  done = $state({ songs: 0, bytes: 0 });
  /** Seconds until all are sent; null while nobody can tell. */
  left_s = $state<number | null>(null);
  readonly #ports: QueuePorts;
  readonly #pace = new Pace();
  #callOffStill = (): void => undefined;
  /** Counts how often all was stopped, so that what was asked for one person is not shown to the next. */
  #stops = 0;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  /** What is to be sent, and what of it is. */
  get summary(): { songs: number; done: number; percent: number } {
    const { all, sent } = this.#bytes();
    const songs = this.#moving().length + this.done.songs;
    return { songs, done: this.done.songs, percent: all ? Math.floor((100 * sent) / all) : 0 };
  }

  /** `handles` are those of the files that the browser gave with one. */
  add(files: Iterable<File>, handles: ReadonlyMap<File, FileHandle> = new Map()): void {
    const known = new Map(this.songs.map((song) => [song.key, song]));
    for (const file of files) {
      const key = fingerprint(file);
      const song = known.get(key) ?? this.#added(key, file);
      if (known.has(key)) {
        this.#giveAgain(song, file);
      }
      known.set(key, song);
      const handle = handles.get(file);
      if (handle && !song.isOver) {
        song.handle = handle;
        void this.#ports.handles.keep(key, handle);
      }
    }
    void this.#work();
  }

  again(song: Song): void {
    if (song.canGoOn) {
      if (song.isModelRefused) {
        song.model = this.#ports.model();
        this.#ports.remembered.remember(song.key, { model: song.model });
      }
      this.#requeue(song);
      void this.#work();
    }
  }

  againAll(): void {
    this.songs.forEach((song) => this.again(song));
  }

  /** Go on with what the network stopped. */
  againAfterLoss(): void {
    this.songs
      .filter(({ fault }) => fault instanceof Problem && fault.status === 0)
      .forEach((song) => this.again(song));
  }

  /** Go on with what an earlier visit left, where the browser still knows its files. Begun by a click: the browser may ask. */
  async goOn(): Promise<void> {
    const songs = this.songs.filter((song) => song.canReopen);
    // One question at a time: an answer often holds for all.
    for (let song = songs.shift(); song; song = songs.shift()) {
      const found = await this.#reopen(song);
      if (found !== "missing") {
        await Promise.all(found === "forbidden" ? [] : songs.map((other) => this.#reopen(other)));
        break;
      }
    }
    void this.#work();
  }

  /** Erased on the server as well: now rather than at its deadline, which does it when this fails. */
  async cancel(song: Song): Promise<void> {
    song.stopping?.abort(new DOMException("cancelled", "AbortError"));
    this.#remove(song);
    if (song.fault instanceof SentElsewhere) {
      return;
    }
    const path = this.#ports.remembered.pathOf(song.key);
    this.#forget(song);
    await this.#discard(path);
  }

  async cancelAll(): Promise<void> {
    await Promise.all(this.#moving().map((song) => this.cancel(song)));
  }

  async forgetInterrupted(): Promise<void> {
    await Promise.all(this.songs.filter(({ state }) => state === "interrupted").map((song) => this.cancel(song)));
  }

  /** Show what an earlier visit began or had still to begin; what it had sent wholly needs no file any more. */
  async recall(): Promise<void> {
    if (!this.#ports.remembered.all.length) {
      return;
    }
    const stops = this.#stops;
    const [held, tabs, handles] = await Promise.all([
      this.#ports.heldElsewhere(),
      this.#ports.livingTabs(),
      this.#ports.handles.all(),
    ]);
    const whole: { song: Song; path: string }[] = [];
    const isKnown = (key: string): boolean => this.songs.some((song) => song.key === key);
    for (const kept of this.#ports.remembered.all) {
      const { key, path, tab } = kept;
      const isElsewhere = held.has(key) || (tab !== this.#ports.tab && tabs.has(tab));
      if (isElsewhere || isKnown(key)) {
        continue;
      }
      const stored = path === null ? undefined : await this.#ports.stored(path).catch(() => undefined);
      if (stops !== this.#stops) {
        return;
      }
      if (isKnown(key) || this.#ports.remembered.of(key)?.path !== path) {
        continue;
      }
      const song = new Song({ ...kept, file: null, state: "interrupted" });
      song.handle = handles.get(key) ?? null;
      if (stored === null) {
        this.#forget(song);
        continue;
      }
      song.sent_bytes = stored?.offset_bytes ?? 0;
      this.songs.push(song);
      if (path !== null && stored && stored.offset_bytes === stored.length_bytes) {
        whole.push({ song, path });
      }
    }
    for (const { song, path } of whole) {
      // Given up meanwhile, or given again and on its way.
      if (this.songs.includes(song) && song.state === "interrupted") {
        await this.#attempt(song, (signal) => this.#finish(song, path, signal));
      }
    }
  }

  /** Nothing of it stays, neither here nor in the browser. */
  async forgetAll(): Promise<void> {
    this.stop();
    this.#ports.remembered.forgetAll();
    await this.#ports.handles.forgetAll();
  }

  /** Nothing of it stays here; what was begun can be gone on with. */
  stop(): void {
    this.songs.forEach((song) => song.stopping?.abort(new DOMException("signed out", "AbortError")));
    this.#stops += 1;
    this.songs = [];
    this.done = { songs: 0, bytes: 0 };
  }

  #added(key: string, file: File): Song {
    const kept = this.#ports.remembered.of(key);
    const model = kept ? kept.model : this.#ports.model();
    const song = new Song({ key, name: file.name, size_bytes: file.size, file, model, state: "waiting" });
    this.songs.push(song);
    if (file.size === 0) {
      song.refuse(new FileEmpty(), true);
    } else if (!kept) {
      this.#ports.remembered.remember(key, { model, tab: this.#ports.tab });
    }
    return song;
  }

  #giveAgain(song: Song, file: File): void {
    if (song.wantsFile || song.canGoOn) {
      this.#ports.remembered.remember(song.key, { tab: this.#ports.tab });
      song.file = file;
      this.#requeue(song);
    }
  }

  async #reopen(song: Song): Promise<File | Unopened> {
    const file = song.handle ? await reopened(song.handle) : "missing";
    if (file === "forbidden" || !this.songs.includes(song) || !song.canReopen) {
      return file;
    }
    if (file !== "missing" && fingerprint(file) === song.key) {
      this.#giveAgain(song, file);
    } else {
      // It was moved, or changed since then and is another song.
      song.handle = null;
      void this.#ports.handles.forget(song.key);
    }
    return file;
  }

  #requeue(song: Song): void {
    song.state = "waiting";
    song.fault = null;
    song.isFinal = false;
  }

  async #work(): Promise<void> {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    for (let song = this.#next(); song; song = this.#next()) {
      const current = song;
      await this.#attempt(current, (signal) => this.#bring(current, signal));
    }
    this.isBusy = false;
    this.done = { songs: 0, bytes: 0 };
  }

  #next(): Song | undefined {
    return this.songs.find((song) => song.state === "waiting");
  }

  async #attempt(song: Song, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    song.stopping = new AbortController();
    const { signal } = song.stopping;
    song.fault = null;
    try {
      if (!(await this.#ports.hold(song.key, () => work(signal)))) {
        throw new SentElsewhere();
      }
    } catch (error) {
      if (!signal.aborted && this.songs.includes(song)) {
        this.#settle(song, error);
      }
    } finally {
      song.isWaiting = false;
      this.#stand(song);
    }
  }

  async #bring(song: Song, signal: AbortSignal): Promise<void> {
    if (!song.file) {
      return;
    }
    song.state = "sending";
    this.#pace.turn();
    const told: Told = {
      onPath: (path) => signal.aborted || this.#ports.remembered.remember(song.key, { path, tab: this.#ports.tab }),
      onProgress: (sent_bytes) => this.#progress(song, sent_bytes),
      onWaiting: (isWaiting) => this.#wait(song, isWaiting),
    };
    const path = await this.#ports.send(song.file, this.#ports.remembered.pathOf(song.key), told, signal);
    await this.#finish(song, path, signal);
  }

  async #finish(song: Song, path: string, signal: AbortSignal): Promise<void> {
    song.state = "checking";
    song.sent_bytes = song.size_bytes;
    this.#stand(song);
    const track = await this.#patiently(song, signal, () => this.#ports.create(uploadIdOf(path), song.model));
    if (signal.aborted) {
      return;
    }
    this.#forget(song);
    if (this.isBusy) {
      this.done = { songs: this.done.songs + 1, bytes: this.done.bytes + song.size_bytes };
    }
    this.#remove(song);
    this.#ports.arrived(track.title);
  }

  /** Asked twice it is one track: a server that is away is asked until it is back. */
  async #patiently<T>(song: Song, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await ask();
      } catch (error) {
        signal.throwIfAborted();
        const isHopeful = error instanceof Problem && (error.isAway || (error.isTransient && failures < FAILURES_MAX));
        if (!isHopeful) {
          throw error;
        }
        this.#wait(song, true);
        await untilOnline(1000 * backoff_s(failures, error.retryAfter_s), this.#ports, signal);
        this.#wait(song, false);
      }
    }
  }

  #progress(song: Song, sent_bytes: number): void {
    song.sent_bytes = sent_bytes;
    this.#pace.note(sent_bytes, this.#ports.timer.now_ms());
    const { all, sent } = this.#bytes();
    song.left_s = this.#pace.left_s(song.size_bytes - sent_bytes);
    this.left_s = this.#pace.left_s(all - sent);
    this.#callOffStill();
    this.#callOffStill = this.#ports.timer.after(STILL_MS, () => this.#stand(song));
  }

  #wait(song: Song, isWaiting: boolean): void {
    song.isWaiting = isWaiting;
    if (isWaiting) {
      this.#pace.forget();
      this.#stand(song);
    }
  }

  /** Nothing moves: nothing is said of how long it takes. */
  #stand(song: Song): void {
    this.#callOffStill();
    this.#callOffStill = () => undefined;
    song.left_s = this.left_s = null;
  }

  #settle(song: Song, error: unknown): void {
    const fate = fateOf(error);
    if (fate === "useless") {
      void this.#discard(this.#ports.remembered.pathOf(song.key));
      this.#forget(song);
    } else if (fate === "gone") {
      this.#ports.remembered.remember(song.key, { path: null });
    }
    if (fate === "stopped" || fate === "gone") {
      song.fault = error;
      song.state = song.file ? "stopped" : "interrupted";
    } else {
      song.refuse(error, fate !== "refused");
    }
  }

  #moving(): Song[] {
    return this.songs.filter((song) => !song.isOver);
  }

  #bytes(): { all: number; sent: number } {
    const moving = this.#moving();
    return {
      all: moving.reduce((sum, song) => sum + song.size_bytes, this.done.bytes),
      sent: moving.reduce((sum, song) => sum + song.sent_bytes, this.done.bytes),
    };
  }

  #remove(song: Song): void {
    this.songs = this.songs.filter((other) => other !== song);
  }

  #forget(song: Song): void {
    this.#ports.remembered.forget(song.key);
    if (song.handle) {
      void this.#ports.handles.forget(song.key);
    }
  }

  async #discard(path: string | null): Promise<void> {
    if (path) {
      await this.#ports.discard(path).catch(() => undefined);
    }
  }
}
