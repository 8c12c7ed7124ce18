/**
 * Tracks on their way. Browsers open six connections to one address: two are given to event streams, for the tracks that
 * are next in turn; of the rest those in sight are read together, only while there are any and somebody looks.
 */

import { Problem } from "$/api/problem";
import { backoff_s } from "$/state/waiting";
import type { Timer } from "$/state/timer";
import { isUnderWay, nextInTurn, type TrackNow } from "$/state/track";

const STREAMS_MAX = 2;
const READ_EVERY_MS = 3000;
/** What comes into sight is read soon, but not at every row that a scroll passes. */
const SOON_MS = 300;
/** The most that the server tells at once. */
const READ_MAX = 50;
const REOPEN_MS = 2000;
const EVENT_NAMES = ["message", "progress", "state", "track"] as const;
const CLOSED = 2;

/** What is used of an EventSource. */
export interface EventStream {
  readonly readyState: number;
  addEventListener(name: string, read: (event: MessageEvent<string>) => void): void;
  onerror: ((event: Event) => unknown) | null;
  close(): void;
}

export interface FollowingPorts {
  open(track_id: string): EventStream;
  timer: Timer;
  known(): Iterable<TrackNow>;
  /** What an event told of a track. */
  tell(track_id: string, told: Partial<TrackNow>): void;
  /** Read one anew. Throws Problem. */
  find(track_id: string): Promise<unknown>;
  drop(track_id: string): void;
  get(track_id: string): TrackNow | undefined;
  /** Read these anew, and drop those that are gone. Throws Problem. */
  read(track_ids: readonly string[]): Promise<void>;
}

export class TrackFollowing {
  readonly #ports: FollowingPorts;
  readonly #streams = new Map<string, EventStream>();
  readonly #waits = new Set<() => void>();
  #watched: string | null = null;
  #inSight: readonly string[] = [];
  #isReadingDue = false;
  #readAt_ms = -Infinity;
  #pause_ms = READ_EVERY_MS;
  #failures = 0;
  #isResting = false;
  #isClosed = false;

  constructor(ports: FollowingPorts) {
    this.#ports = ports;
  }

  isStreamed(track_id: string): boolean {
    return this.#streams.has(track_id);
  }

  /** The open track is followed before others. */
  watch(track_id: string | null): void {
    this.#watched = track_id;
    this.follow();
  }

  /** Nobody looks: hidden tabs that kept their streams would soon leave no connection to the one that is seen. */
  rest(isResting: boolean): void {
    this.#isResting = isResting;
    if (isResting) {
      this.#shutAll();
    }
    this.follow();
  }

  /** These are looked at. */
  see(track_ids: readonly string[]): void {
    this.#inSight = track_ids;
    this.#planReading();
  }

  /** Look again at what is on its way: after every change. */
  follow(): void {
    if (this.#isClosed || this.#isResting) {
      return;
    }
    const moving = nextInTurn(this.#ports.known(), this.#watched);
    const chosen = new Set(moving.slice(0, STREAMS_MAX).map((track) => track.track_id));
    for (const track_id of this.#streams.keys()) {
      if (!chosen.has(track_id)) {
        this.#shut(track_id);
      }
    }
    chosen.forEach((track_id) => this.#streams.has(track_id) || this.#open(track_id));
    this.#planReading();
  }

  close(): void {
    this.#isClosed = true;
    this.#waits.forEach((callOff) => callOff());
    this.#waits.clear();
    this.#shutAll();
  }

  #later(wait_ms: number, work: () => void): void {
    const callOff = this.#ports.timer.after(wait_ms, () => {
      this.#waits.delete(callOff);
      work();
    });
    this.#waits.add(callOff);
  }

  /** Those in sight that no stream tells of. */
  #unfollowed(): string[] {
    const isOpen = (track_id: string): boolean => {
      const track = this.#ports.get(track_id);
      return track !== undefined && isUnderWay(track) && !this.#streams.has(track_id);
    };
    return this.#inSight.filter(isOpen).slice(0, READ_MAX);
  }

  #planReading(): void {
    if (this.#isClosed || this.#isResting || this.#isReadingDue || !this.#unfollowed().length) {
      return;
    }
    this.#isReadingDue = true;
    const since_ms = this.#ports.timer.now_ms() - this.#readAt_ms;
    this.#later(Math.max(SOON_MS, this.#pause_ms - since_ms), () => void this.#readUnfollowed());
  }

  async #readUnfollowed(): Promise<void> {
    const track_ids = this.#isResting ? [] : this.#unfollowed();
    try {
      if (track_ids.length) {
        await this.#ports.read(track_ids);
      }
      this.#failures = 0;
      this.#pause_ms = READ_EVERY_MS;
    } catch (error) {
      // The next reading tells what this one did not; a lost session says so itself.
      this.#failures += 1;
      const asked_s = error instanceof Problem ? error.retryAfter_s : 0;
      this.#pause_ms = Math.max(READ_EVERY_MS, 1000 * backoff_s(this.#failures, asked_s));
    }
    this.#readAt_ms = this.#ports.timer.now_ms();
    this.#isReadingDue = false;
    this.#planReading();
  }

  #open(track_id: string): void {
    const stream = this.#ports.open(track_id);
    this.#streams.set(track_id, stream);
    EVENT_NAMES.forEach((name) => stream.addEventListener(name, (event) => this.#read(track_id, event.data)));
    stream.onerror = () => {
      if (stream.readyState === CLOSED && this.#streams.get(track_id) === stream) {
        // Refused: most often an access token that has run out. A plain request renews it, and tells what is true now.
        this.#later(REOPEN_MS, () => this.#reopen(track_id, stream));
      }
    };
  }

  #shutAll(): void {
    [...this.#streams.keys()].forEach((track_id) => this.#shut(track_id));
  }

  #shut(track_id: string): void {
    this.#streams.get(track_id)?.close();
    this.#streams.delete(track_id);
  }

  #read(track_id: string, data: string): void {
    const told = parsed(data);
    if (!told || !this.#streams.has(track_id)) {
      return;
    }
    this.#ports.tell(track_id, told);
    if (!isUnderWay(told)) {
      this.#shut(track_id);
      // The end brings what events do not carry: the title from the tags, the counted length.
      void this.#refind(track_id);
    }
  }

  #reopen(track_id: string, stream: EventStream): void {
    if (this.#streams.get(track_id) === stream) {
      this.#shut(track_id);
      void this.#refind(track_id);
    }
  }

  async #refind(track_id: string): Promise<void> {
    try {
      await this.#ports.find(track_id);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        this.#ports.drop(track_id);
      } else if (!this.#isClosed) {
        this.#later(REOPEN_MS, () => this.follow());
      }
    }
  }
}

function parsed(data: string): (Partial<TrackNow> & Pick<TrackNow, "state">) | null {
  try {
    const told = JSON.parse(data) as { state?: unknown } | null;
    return typeof told?.state === "string" ? (told as TrackNow) : null;
  } catch {
    return null;
  }
}
