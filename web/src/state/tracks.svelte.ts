/** The tracks as last told: which ones the library shows, and what is true of each. */

import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { addresses, api, told, type Track } from "$/api/client";
import { Problem } from "$/api/problem";
import { FIRST_TRACKS } from "$/offline/answering";
import { joiningTabs, type JoinTabs, type Tabs } from "$/state/tabs";
import { timer, type Timer } from "$/state/timer";
import { isUnderWay, mergedOrder, type Change, type TrackNow } from "$/state/track";
import { TrackFollowing, type EventStream } from "$/state/trackFollowing";
import { EVERYTHING, idsOf, isEverything, trackPage, type TrackPage, type TrackQuery } from "$/state/trackPages";
import { trackPages, unchanged } from "$/state/trackReading";

export type { TrackNow } from "$/state/track";

/** Of a reading that only looks for changes. */
const GLANCE = 50;

type Answer = Promise<{ data?: Track }>;

/** What tabs tell each other of a track. */
const NEWS = ["arrived", "changed", "gone"] as const;
type News = (typeof NEWS)[number];

interface Ports {
  open: (track_id: string) => EventStream;
  timer: Timer;
  join: JoinTabs<News>;
}

export class Tracks {
  /** Of the list; single tracks can be found whatever it is. */
  status = $state<"loading" | "ready" | "failed">("loading");
  fault = $state.raw<unknown>(null);
  query = $state.raw<TrackQuery>(EVERYTHING);
  /** Another order or search is asked for; what is on screen is of the one before. */
  isTurning = $state(false);
  /** The server could not be asked, and the list is that of an earlier visit. */
  isKept = $state(false);
  isLoadingMore = $state(false);
  /** Why no more came. */
  moreFault = $state.raw<unknown>(null);
  /** Counts songs that began and ended, for what depends on them, such as the minutes left. */
  moves = $state(0);
  /** Every tag that was seen. */
  readonly tags = new SvelteSet<string>();
  /** What the library shows, in order. */
  readonly ids = $derived.by(() => this.#order.filter((track_id) => !this.#hidden.has(track_id)));

  #order = $state.raw<readonly string[]>([]);
  #hidden = $state.raw<ReadonlySet<string>>(new Set());
  #cursor = $state.raw<string | null>(null);
  readonly #byId = new SvelteMap<string, TrackNow>();
  readonly #ports: Ports;
  #following: TrackFollowing | null = null;
  #tabs: Tabs<News> | null = null;
  #watched: string | null = null;
  #isResting = false;
  #loading = new AbortController();
  /** Counts what was changed here, so that an answer from before it does not undo it. */
  #turns = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  get list(): TrackNow[] {
    return this.ids.flatMap((track_id) => this.get(track_id) ?? []);
  }

  get hasMore(): boolean {
    return this.#cursor !== null;
  }

  get(track_id: string): TrackNow | undefined {
    return this.#byId.get(track_id);
  }

  /** Somebody is signed in. */
  begin(): void {
    this.end();
    this.#following = new TrackFollowing({
      open: this.#ports.open,
      timer: this.#ports.timer,
      known: () => this.#byId.values(),
      tell: (track_id, news) => this.#tell(track_id, news),
      find: (track_id) => this.find(track_id),
      drop: (track_id) => this.drop(track_id),
      refresh: () => this.refresh(),
    });
    this.#following.rest(this.#isResting);
    this.#following.watch(this.#watched);
    this.#tabs = this.#ports.join((news, track_id) => void this.#hear(news, track_id));
    void this.reload();
  }

  /** Nobody is signed in any more: nothing of theirs stays. */
  end(): void {
    this.#loading.abort();
    this.#following?.close();
    this.#tabs?.close();
    this.#following = this.#tabs = null;
    this.#byId.clear();
    this.tags.clear();
    this.#turns += 1;
    this.#order = [];
    this.#hidden = new Set();
    // Another object: whoever comes next begins at the head of the list.
    this.query = { ...EVERYTHING };
    this.status = "loading";
    this.#cursor = this.fault = this.moreFault = null;
    this.isTurning = this.isLoadingMore = this.isKept = false;
  }

  /** Show what is asked for. */
  async show(query: TrackQuery): Promise<void> {
    this.query = query;
    await this.reload();
  }

  /** Read the list from its beginning; what came before stays on screen until the answer. */
  async reload(): Promise<void> {
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const turn = this.#turns;
    this.isTurning = true;
    this.isLoadingMore = false;
    if (this.status === "failed") {
      this.status = "loading";
    }
    try {
      const page = await trackPage(this.query, { limit: FIRST_TRACKS, signal });
      if (!signal.aborted && turn !== this.#turns) {
        // A track came or went meanwhile, and the answer may be from before.
        await this.reload();
      } else if (!signal.aborted) {
        if (page.isKept && this.#order.length) {
          // What is on screen is newer than an answer from before.
          throw Problem.unreachable();
        }
        this.#begin(page);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.fault = error;
        this.status = "failed";
        this.isTurning = false;
      }
    }
  }

  async loadMore(): Promise<void> {
    const { signal } = this.#loading;
    const cursor = this.#cursor;
    if (!cursor || this.isLoadingMore || this.isTurning) {
      return;
    }
    this.isLoadingMore = true;
    this.moreFault = null;
    try {
      const page = await this.#unchanged(() => trackPage(this.query, { cursor, limit: FIRST_TRACKS, signal }));
      if (!signal.aborted && cursor === this.#cursor) {
        this.#take(page.tracks);
        this.#order = [...new Set([...this.#order, ...idsOf(page)])];
        this.#cursor = page.next_cursor;
      }
    } catch (error) {
      if (!signal.aborted) {
        this.moreFault = error;
      }
    } finally {
      if (!signal.aborted) {
        this.isLoadingMore = false;
      }
    }
  }

  /** Read again what is newest, without a word: what other tabs and machines did. Throws Problem. */
  async refresh(): Promise<void> {
    const turn = this.#turns;
    const { signal } = this.#loading;
    const page = await trackPage(EVERYTHING, { limit: GLANCE, signal });
    if (signal.aborted || page.isKept) {
      return;
    }
    if (turn !== this.#turns) {
      // It may be from before a change that was made here.
      await this.refresh();
      return;
    }
    this.#take(page.tracks);
    if (this.isKept) {
      // The server is back: all of the list is from before, not only what this reading tells.
      await this.reload();
    } else if (this.status === "ready" && !this.isTurning && isEverything(this.query)) {
      this.#meet(page);
    }
  }

  /** One track, as it is now; gone from here where there is none any more. Throws Problem. */
  async find(track_id: string): Promise<TrackNow> {
    const track = await this.#read(track_id);
    return this.get(track_id) ?? track;
  }

  /** A complete upload becomes a track; asked twice, it is one track. Without a model the server takes its own. Throws Problem. */
  async create(upload_id: string, model: string | null = null): Promise<TrackNow> {
    const body = { upload_id, ...(model && { model }) };
    const params = { header: { "Idempotency-Key": upload_id } };
    return this.#asked(api.POST("/v1/tracks", { body, params }), (track) => {
      this.#arrive(track);
      this.#tabs?.tell("arrived", track.track_id);
    });
  }

  async cancel(track_id: string): Promise<void> {
    await this.#change(api.POST("/v1/tracks/{track_id}/cancel", { params: { path: { track_id } } }));
  }

  async retry(track_id: string): Promise<void> {
    await this.#change(api.POST("/v1/tracks/{track_id}/retry", { params: { path: { track_id } } }));
  }

  async update(track_id: string, change: Change): Promise<void> {
    await this.#change(api.PATCH("/v1/tracks/{track_id}", { params: { path: { track_id } }, body: change }));
  }

  async delete(track_id: string): Promise<void> {
    await api.DELETE("/v1/tracks/{track_id}", { params: { path: { track_id } } });
    this.gone(track_id);
  }

  /** Out of sight while its deletion can still be taken back. */
  hide(track_id: string, isHidden: boolean): void {
    const hidden = new Set(this.#hidden);
    hidden[isHidden ? "add" : "delete"](track_id);
    this.#hidden = hidden;
  }

  /** It is gone, which other tabs need not find out. */
  gone(track_id: string): void {
    this.drop(track_id);
    this.#tabs?.tell("gone", track_id);
  }

  /** It is gone. */
  drop(track_id: string): void {
    this.#turns += 1;
    this.#byId.delete(track_id);
    this.#order = this.#order.filter((other) => other !== track_id);
    this.#following?.follow();
  }

  /** The open track is followed by events before others. */
  watch(track_id: string | null): void {
    this.#watched = track_id;
    this.#following?.watch(track_id);
  }

  /** Nobody looks at this tab: its event streams are left to those that somebody looks at. */
  rest(isResting: boolean): void {
    this.#isResting = isResting;
    this.#following?.rest(isResting);
  }

  /** Another tab has done that. */
  async #hear(news: News, track_id: string): Promise<void> {
    if (news === "gone") {
      this.drop(track_id);
      return;
    }
    const letIn = news === "arrived" ? (track: TrackNow): void => this.#arrive(track) : undefined;
    // Nobody asked for it, so nobody is told when it fails.
    await this.#read(track_id, letIn).catch(() => undefined);
  }

  async #read(track_id: string, letIn = (track: TrackNow): void => this.#take([track])): Promise<TrackNow> {
    const following = this.#following;
    const ask = (): Answer => api.GET("/v1/tracks/{track_id}", { params: { path: { track_id } } });
    try {
      return await this.#asked(this.#unchanged(ask), letIn);
    } catch (error) {
      if (error instanceof Problem && error.status === 404 && following === this.#following) {
        this.drop(track_id);
      }
      throw error;
    }
  }

  async #change(answer: Answer): Promise<void> {
    await this.#asked(answer, (track) => {
      this.#turns += 1;
      this.#take([track]);
      this.#tabs?.tell("changed", track.track_id);
    });
  }

  /** An answer that is from before no change here: else it is asked for anew. */
  async #unchanged<T>(ask: () => Promise<T>): Promise<T> {
    const following = this.#following;
    return unchanged(
      ask,
      () => this.#turns,
      () => following !== this.#following,
    );
  }

  /** One track as the server tells it, which is let in unless its person has left meanwhile. */
  async #asked(answer: Answer, letIn: (track: TrackNow) => void): Promise<TrackNow> {
    const following = this.#following;
    const track: TrackNow = await told(answer);
    if (following === this.#following) {
      letIn(track);
    }
    return track;
  }

  #arrive(track: TrackNow): void {
    this.#take([track]);
    this.#turns += 1;
    if (isEverything(this.query)) {
      this.#order = [track.track_id, ...this.#order.filter((track_id) => track_id !== track.track_id)];
    } else {
      void this.#reread();
    }
  }

  /** Find the place of what came, without a word: as much as was loaded is read again, and nothing moves until all of it is here. */
  async #reread(): Promise<void> {
    if (this.isTurning || this.status !== "ready") {
      await this.reload();
      return;
    }
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const turn = this.#turns;
    this.isLoadingMore = false;
    try {
      const page = await trackPages(this.query, { count: this.#order.length, signal });
      if (page.isKept || signal.aborted) {
        // Of a server that has just gone nothing newer is here than what is on screen.
        return;
      }
      await (turn === this.#turns ? this.#begin(page) : this.#reread());
    } catch {
      // Nobody asked for this reading, so nobody is told when it fails.
    }
  }

  #begin(page: TrackPage): void {
    this.#take(page.tracks);
    this.#order = idsOf(page);
    this.#cursor = page.next_cursor;
    this.isKept = page.isKept;
    this.fault = this.moreFault = null;
    this.status = "ready";
    this.isTurning = false;
  }

  #meet(page: TrackPage): void {
    const order = mergedOrder(this.#order, idsOf(page), page.next_cursor === null);
    if (!order) {
      this.#begin(page);
    } else if (order.length !== this.#order.length || order.some((track_id, at) => track_id !== this.#order[at])) {
      this.#order = order;
    }
  }

  #take(tracks: readonly TrackNow[]): void {
    for (const track of tracks) {
      const known = this.get(track.track_id);
      // What events told of one state says nothing of the next, and nothing once they are over.
      const isCurrent = known?.state === track.state && this.#following?.isStreamed(track.track_id);
      this.#put(isCurrent ? { ...known, ...track } : track);
    }
    this.#following?.follow();
  }

  #tell(track_id: string, news: Partial<TrackNow>): void {
    const known = this.get(track_id);
    if (known) {
      this.#put({ ...known, ...news });
    }
  }

  #put(track: TrackNow): void {
    const known = this.get(track.track_id);
    if (known ? known.state !== track.state : isUnderWay(track)) {
      this.moves += 1;
    }
    this.#byId.set(track.track_id, track);
    track.tags.forEach((tag) => this.tags.add(tag));
  }
}

export const tracks = new Tracks({
  open: (track_id) => new EventSource(addresses.events(track_id)),
  timer,
  join: joiningTabs("stripsession.tracks", NEWS),
});
