/** Songs on their way in: one is sent at a time, each can be stopped, gone on with and given up. */

import { Problem } from "$/api/problem";
import { fingerprint, uploadIdOf, type RememberedUploads } from "$/state/rememberedUploads";
import { FileUnreadable, type Told } from "$/state/tusSending";

/** The file itself is refused: sending the same again changes nothing. */
const FOR_THE_FILE = new Set([413, 415, 422]);

/** "interrupted" has no file: a page may not open one again by itself after a reload. */
export type SongState = "waiting" | "sending" | "checking" | "stopped" | "refused" | "interrupted";

export class FileEmpty extends Error {}
/** Another tab of this browser sends the same file. */
export class SentElsewhere extends Error {}

interface Begun {
  key: string;
  name: string;
  size_bytes: number;
  file: File | null;
  state: SongState;
}

export class Song {
  readonly key: string;
  readonly name: string;
  readonly size_bytes: number;
  file: File | null;
  stopping: AbortController | null = null;
  state = $state<SongState>("waiting");
  sent_bytes = $state(0);
  fault = $state.raw<unknown>(null);
  /** Trying again cannot help. */
  isFinal = $state(false);
  /** It is being sent, and the network is away. */
  isWaiting = $state(false);

  constructor({ key, name, size_bytes, file, state }: Begun) {
    this.key = key;
    this.name = name;
    this.size_bytes = size_bytes;
    this.file = file;
    this.state = state;
  }

  get percent(): number {
    return this.size_bytes ? Math.floor((100 * this.sent_bytes) / this.size_bytes) : 0;
  }

  get isOver(): boolean {
    return this.state === "stopped" || this.state === "refused" || this.state === "interrupted";
  }

  get canGoOn(): boolean {
    return this.file !== null && (this.state === "stopped" || (this.state === "refused" && !this.isFinal));
  }
}

/** How far an upload is; null where there is none. */
export type Stored = { offset_bytes: number; length_bytes: number } | null;

export interface QueuePorts {
  remembered: RememberedUploads;
  send(file: File, path: string | null, told: Told, signal: AbortSignal): Promise<string>;
  stored(path: string): Promise<Stored>;
  discard(path: string): Promise<void>;
  create(upload_id: string): Promise<{ title: string }>;
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
  readonly #ports: QueuePorts;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  /** What is to be sent, and what of it is. */
  get summary(): { songs: number; done: number; percent: number } {
    const moving = this.songs.filter((song) => !song.isOver);
    const bytes = moving.reduce((sum, song) => sum + song.size_bytes, this.done.bytes);
    const sent = moving.reduce((sum, song) => sum + song.sent_bytes, this.done.bytes);
    const songs = moving.length + this.done.songs;
    return { songs, done: this.done.songs, percent: bytes ? Math.floor((100 * sent) / bytes) : 0 };
  }

  add(files: Iterable<File>): void {
    const known = new Map(this.songs.map((song) => [song.key, song]));
    for (const file of files) {
      const key = fingerprint(file);
      const song = known.get(key);
      if (song) {
        this.#giveAgain(song, file);
        continue;
      }
      const fresh = new Song({ key, name: file.name, size_bytes: file.size, file, state: "waiting" });
      known.set(key, fresh);
      this.songs.push(fresh);
      if (file.size === 0) {
        refuse(fresh, new FileEmpty(), true);
      }
    }
    void this.#work();
  }

  again(song: Song): void {
    if (song.canGoOn) {
      song.state = "waiting";
      song.fault = null;
      void this.#work();
    }
  }

  /** Go on with what the network stopped. */
  againAfterLoss(): void {
    this.songs
      .filter(({ fault }) => fault instanceof Problem && fault.status === 0)
      .forEach((song) => this.again(song));
  }

  /** Erased on the server as well: now rather than at its deadline, which does it when this fails. */
  async cancel(song: Song): Promise<void> {
    const path = this.#ports.remembered.pathOf(song.key);
    song.stopping?.abort(new DOMException("cancelled", "AbortError"));
    this.#ports.remembered.forget(song.key);
    this.#remove(song);
    await this.#discard(path);
  }

  async cancelAll(): Promise<void> {
    await Promise.all(this.songs.filter((song) => !song.isOver).map((song) => this.cancel(song)));
  }

  /** Show what an earlier visit began; what it had sent wholly needs no file any more. */
  async recall(): Promise<void> {
    const held = await this.#ports.heldElsewhere();
    const isKnown = (key: string): boolean => this.songs.some((song) => song.key === key);
    for (const { key, name, size_bytes, path } of this.#ports.remembered.all) {
      if (held.has(key) || isKnown(key)) {
        continue;
      }
      const stored = await this.#ports.stored(path).catch(() => undefined);
      if (isKnown(key) || this.#ports.remembered.pathOf(key) !== path) {
        continue;
      }
      if (stored === null) {
        this.#ports.remembered.forget(key);
        continue;
      }
      const song = new Song({ key, name, size_bytes, file: null, state: "interrupted" });
      song.sent_bytes = stored?.offset_bytes ?? 0;
      this.songs.push(song);
      if (stored && stored.offset_bytes === stored.length_bytes) {
        await this.#attempt(song, (signal) => this.#finish(song, path, signal));
      }
    }
  }

  /** Nothing of it stays, neither here nor in the browser. */
  forgetAll(): void {
    this.stop();
    this.#ports.remembered.forgetAll();
  }

  /** Nothing of it stays here; what was begun can be gone on with. */
  stop(): void {
    this.songs.forEach((song) => song.stopping?.abort(new DOMException("signed out", "AbortError")));
    this.songs = [];
    this.done = { songs: 0, bytes: 0 };
  }

  #giveAgain(song: Song, file: File): void {
    const isFresh = song.state === "interrupted" || song.fault instanceof FileUnreadable;
    if (isFresh || song.canGoOn) {
      song.file = file;
      song.state = "waiting";
      song.fault = null;
      song.isFinal = false;
    }
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
      if (!signal.aborted) {
        this.#settle(song, error);
      }
    } finally {
      song.isWaiting = false;
    }
  }

  async #bring(song: Song, signal: AbortSignal): Promise<void> {
    if (!song.file) {
      return;
    }
    song.state = "sending";
    const told: Told = {
      onPath: (path) => signal.aborted || this.#ports.remembered.remember(song.key, path),
      onProgress: (sent_bytes) => (song.sent_bytes = sent_bytes),
      onWaiting: (isWaiting) => (song.isWaiting = isWaiting),
    };
    const path = await this.#ports.send(song.file, this.#ports.remembered.pathOf(song.key), told, signal);
    await this.#finish(song, path, signal);
  }

  async #finish(song: Song, path: string, signal: AbortSignal): Promise<void> {
    song.state = "checking";
    song.sent_bytes = song.size_bytes;
    const track = await this.#ports.create(uploadIdOf(path));
    if (signal.aborted) {
      return;
    }
    this.#ports.remembered.forget(song.key);
    this.done = { songs: this.done.songs + 1, bytes: this.done.bytes + song.size_bytes };
    this.#remove(song);
    this.#ports.arrived(track.title);
  }

  #settle(song: Song, error: unknown): void {
    const problem = error instanceof Problem && !error.isTransient && error.status !== 401 ? error : null;
    if (error instanceof FileUnreadable) {
      refuse(song, error, true);
    } else if (problem && FOR_THE_FILE.has(problem.status)) {
      void this.#discard(this.#ports.remembered.pathOf(song.key));
      this.#ports.remembered.forget(song.key);
      refuse(song, error, true);
    } else if (problem && !problem.isGone) {
      // What was sent is kept: when there are minutes again it need not be sent again.
      refuse(song, error, false);
    } else {
      if (problem) {
        // The upload is no more: the next try begins from nothing.
        this.#ports.remembered.forget(song.key);
      }
      song.fault = error;
      song.state = "stopped";
    }
  }

  #remove(song: Song): void {
    this.songs = this.songs.filter((other) => other !== song);
  }

  async #discard(path: string | null): Promise<void> {
    if (path) {
      await this.#ports.discard(path).catch(() => undefined);
    }
  }
}

function refuse(song: Song, fault: unknown, isFinal: boolean): void {
  song.fault = fault;
  song.isFinal = isFinal;
  song.state = "refused";
}
