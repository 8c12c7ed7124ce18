/** One song on its way in: how far it is, and what went wrong with it. */

import { Problem } from "$/api/problem";
import type { FileHandle } from "$/state/keptHandles";
import { FileUnreadable } from "$/state/tusSending";

/** The file itself is refused: sending the same again changes nothing. */
const FOR_THE_FILE = new Set([413, 415, 422]);
/** What is refused is the model, and the file is as good as before. */
const FOR_THE_MODEL = /^MODEL_/;

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
  model: string | null;
  state: SongState;
}

export class Song {
  readonly key: string;
  readonly name: string;
  readonly size_bytes: number;
  file: File | null;
  /** What it is separated with; null leaves it to the server. */
  model: string | null;
  stopping: AbortController | null = null;
  state = $state<SongState>("waiting");
  /** Where its file lies, if the browser tells. */
  handle = $state.raw<FileHandle | null>(null);
  sent_bytes = $state(0);
  /** Seconds until it is sent; null while nobody can tell. */
  left_s = $state<number | null>(null);
  fault = $state.raw<unknown>(null);
  /** Trying again cannot help. */
  isFinal = $state(false);
  /** It is on its way, and the server or the network is away. */
  isWaiting = $state(false);

  constructor({ key, name, size_bytes, file, model, state }: Begun) {
    this.key = key;
    this.name = name;
    this.size_bytes = size_bytes;
    this.file = file;
    this.model = model;
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

  /** It goes on with the same file, given once more. */
  get wantsFile(): boolean {
    return this.isOver && (this.file === null || this.fault instanceof FileUnreadable);
  }

  /** It goes on with a click. */
  get canReopen(): boolean {
    return this.handle !== null && this.state === "interrupted";
  }

  get isModelRefused(): boolean {
    return this.fault instanceof Problem && FOR_THE_MODEL.test(this.fault.reason);
  }

  refuse(fault: unknown, isFinal: boolean): void {
    this.fault = fault;
    this.isFinal = isFinal;
    this.state = "refused";
  }
}

/**
 * What becomes of a song that met this. "stopped": it is gone on with later. "gone": what was sent is no more, and the next try
 * begins from nothing. "refused": what was sent is kept, for when there are minutes again. "useless": the file never will do.
 * "unreadable": the browser cannot read it any more.
 */
export function fateOf(error: unknown): "stopped" | "gone" | "refused" | "useless" | "unreadable" {
  if (error instanceof FileUnreadable) {
    return "unreadable";
  }
  if (!(error instanceof Problem) || error.isTransient || error.status === 401) {
    return "stopped";
  }
  if (error.isGone) {
    return "gone";
  }
  return FOR_THE_FILE.has(error.status) && !FOR_THE_MODEL.test(error.reason) ? "useless" : "refused";
}
