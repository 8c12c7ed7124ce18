/** The tracks as last told: which ones the library shows, and what is true of each. */

import { addresses, told } from "$/api/client";
import { Problem } from "$/api/problem";
import { CHANNELS } from "$/browser/names";
import { FIRST_TRACKS } from "$/offline/answering";
import { joiningTabs, type JoinTabs, type Tabs } from "$/state/tabs";
import { timer, type Timer } from "$/state/timer";
import { KnownTracks } from "$/state/knownTracks.svelte";
import { type Change, type TrackNow } from "$/state/track";
import { TrackFollowing, type EventStream } from "$/state/trackFollowing";
import { TrackOrder, type Rows, type Span } from "$/state/trackOrder.svelte";
import { EVERYTHING, isEverything, trackPage, tracksNow, type TrackPage, type TrackQuery } from "$/state/trackPages";
import { TRACK_NEWS, type TrackNews } from "$/state/trackNews";
import { unchanged } from "$/state/trackReading";
import { trackRequests, type Answer } from "$/state/trackRequests";

export type { TrackNow } from "$/state/track";

/** Of a reading that only looks for changes. */
const GLANCE = 50;
/** The most that the server gives at once. */
const PAGE_MAX = 200;
/** So many rows beyond those in sight are read before they are looked at. */
const AHEAD = 40;

interface Ports {
  open: (track_id: string) => EventStream;
  timer: Timer;
  join: JoinTabs<TrackNews>;
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
  /** Counts what may have changed how many tracks have which tag. */
  edits = $state(0);

  readonly #order = new TrackOrder();
  readonly #known = new KnownTracks();
  readonly #ports: Ports;
  #following: TrackFollowing | null = null;
  #tabs: Tabs<TrackNews> | null = null;
  #watched: string | null = null;
  #isResting = false;
  #loading = new AbortController();
  /** Counts what was changed here, so that an answer from before it does not undo it. */
  #turns = 0;

  constructor(ports: Ports) {
    this.#ports = ports;
  }

  /** What the library shows, in order; null stands for what was not read yet. */
  get ids(): Rows {
    return this.#order.shown;
  }

  /** Counts songs that began and ended, for what depends on them, such as the minutes left. */
  get moves(): number {
    return this.#known.moves;
  }

  get(track_id: string): TrackNow | undefined {
    return this.#known.get(track_id);
  }

  /** Somebody is signed in. */
  begin(): void {
    this.end();
    this.#following = new TrackFollowing({
      open: this.#ports.open,
      timer: this.#ports.timer,
      known: () => this.#known.all(),
      get: (track_id) => this.get(track_id),
      tell: (track_id, news) => this.#known.tell(track_id, news),
      find: (track_id) => this.find(track_id),
      drop: (track_id) => this.drop(track_id),
      read: (track_ids) => this.#readNow(track_ids),
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
    this.#known.clear();
    this.#turns += 1;
    this.#order.clear();
    // Another object: whoever comes next begins at the head of the list.
    this.query = { ...EVERYTHING };
    this.status = "loading";
    this.fault = this.moreFault = null;
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
        if (page.isKept && (this.#order.length || !page.total)) {
          // What is on screen is newer than an answer from before, and that there was none then says nothing of now.
          throw Problem.unreachable();
        }
        this.#begin(page, FIRST_TRACKS);
      }
    } catch (error) {
      if (!signal.aborted) {
        this.fault = error;
        this.status = "failed";
        this.isTurning = false;
      }
    }
  }

  /** These rows are in sight: what is not known of them is read, and what is on its way followed. Null where none is looked at. */
  look(sight: Span | null): void {
    if (sight) {
      this.#order.see(sight);
      this.#fillOn();
    }
    this.#following?.see(sight ? this.#order.inSight : []);
  }

  /** Read what is not known of the rows in sight, and of those near them. */
  async fill(): Promise<void> {
    const { signal } = this.#loading;
    const gap = this.#order.gap(AHEAD, FIRST_TRACKS);
    if (!gap || this.isLoadingMore || this.isTurning) {
      return;
    }
    this.isLoadingMore = true;
    this.moreFault = null;
    try {
      const page = await this.#unchanged(() => trackPage(this.query, { ...gap, signal }));
      if (!signal.aborted) {
        this.#take(page.tracks);
        if (!this.#order.take(page, gap.limit)) {
          // Somebody else has added or deleted tracks, and rows have moved.
          await this.#reread();
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        this.moreFault = error;
      }
    }
    if (!signal.aborted) {
      this.isLoadingMore = false;
      // By now other rows may be in sight.
      this.#fillOn();
    }
  }

  #fillOn(): void {
    if (!this.moreFault) {
      void this.fill();
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
      return this.refresh();
    }
    this.#take(page.tracks);
    if (this.isKept) {
      // The server is back: all of the list is from before, not only what this reading tells.
      await this.reload();
    } else if (this.status === "ready" && !this.isTurning && isEverything(this.query)) {
      if (!this.#order.meet(page)) {
        await this.#reread();
      }
      this.moreFault = null;
      void this.fill();
    }
  }

  /** One track, as it is now; gone from here where there is none any more. Throws Problem. */
  async find(track_id: string): Promise<TrackNow> {
    const track = await this.#read(track_id);
    return this.get(track_id) ?? track;
  }

  /** A complete upload becomes a track; asked twice, it is one track. Without a model the server takes its own. Throws Problem. */
  async create(upload_id: string, model: string | null = null): Promise<TrackNow> {
    return this.#asked(trackRequests.create(upload_id, model), (track) => {
      this.#arrive(track);
      this.#tabs?.tell("arrived", track.track_id);
    });
  }

  cancel = (track_id: string): Promise<void> => this.#change(trackRequests.cancel(track_id));

  retry = (track_id: string): Promise<void> => this.#change(trackRequests.retry(track_id));

  update = (track_id: string, change: Change): Promise<void> => this.#change(trackRequests.update(track_id, change));

  setCover = (track_id: string, picture: Blob): Promise<void> =>
    this.#change(trackRequests.setCover(track_id, picture));

  removeCover = (track_id: string): Promise<void> => this.#change(trackRequests.removeCover(track_id));

  async delete(track_id: string): Promise<void> {
    await trackRequests.delete(track_id);
    this.gone(track_id);
  }

  /** Out of sight while its deletion can still be taken back. */
  hide(track_id: string, isHidden: boolean): void {
    this.#order.hide(track_id, isHidden);
  }

  /** It is gone, which other tabs need not find out. */
  gone(track_id: string): void {
    this.drop(track_id);
    this.#tabs?.tell("gone", track_id);
  }

  /** It is gone. */
  drop(track_id: string): void {
    this.#turns += 1;
    this.edits += 1;
    this.#known.drop(track_id);
    this.#order.drop(track_id);
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
  async #hear(news: TrackNews, track_id: string): Promise<void> {
    if (news === "gone") {
      this.drop(track_id);
      return;
    }
    const letIn = news === "arrived" ? (track: TrackNow): void => this.#arrive(track) : undefined;
    // Nobody asked for it, so nobody is told when it fails.
    await this.#read(track_id, letIn).catch(() => undefined);
    this.edits += 1;
  }

  async #read(track_id: string, letIn = (track: TrackNow): void => this.#take([track])): Promise<TrackNow> {
    const following = this.#following;
    try {
      return await this.#asked(
        this.#unchanged(() => trackRequests.read(track_id)),
        letIn,
      );
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
      this.edits += 1;
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
      this.#order.arrive(track.track_id);
    } else {
      void this.#reread();
    }
  }

  /** Find the places of what came or went, without a word: what is in sight is read again, and nothing moves until it is here. */
  async #reread(): Promise<void> {
    if (this.isTurning || this.status !== "ready") {
      await this.reload();
      return;
    }
    this.#loading.abort();
    const { signal } = (this.#loading = new AbortController());
    const turn = this.#turns;
    this.isLoadingMore = false;
    const gap = this.#order.window(FIRST_TRACKS, PAGE_MAX);
    // Nobody asked for this reading, so nobody is told when it fails.
    const page = await trackPage(this.query, { ...gap, signal }).catch(() => null);
    if (!page || page.isKept || signal.aborted) {
      // Of a server that has just gone nothing newer is here than what is on screen.
      return;
    }
    await (turn === this.#turns ? this.#begin(page, gap.limit) : this.#reread());
  }

  #begin(page: TrackPage, limit: number): void {
    this.#take(page.tracks);
    this.#order.begin(page, limit);
    this.isKept = page.isKept;
    this.fault = this.moreFault = null;
    this.status = "ready";
    this.isTurning = false;
    void this.fill();
  }

  /** How these are now; those that are gone go. Throws Problem. */
  async #readNow(track_ids: readonly string[]): Promise<void> {
    const following = this.#following;
    const told = await this.#unchanged(() => tracksNow(track_ids));
    if (following === this.#following) {
      this.#take(told);
      const there = new Set(told.map((track) => track.track_id));
      track_ids.filter((track_id) => !there.has(track_id)).forEach((track_id) => this.drop(track_id));
    }
  }

  #take(told: readonly TrackNow[]): void {
    this.#known.take(told, (track_id) => this.#following?.isStreamed(track_id) ?? false);
    this.#following?.follow();
  }
}

export const tracks = new Tracks({
  open: (track_id) => new EventSource(addresses.events(track_id)),
  timer,
  join: joiningTabs(CHANNELS.tracks, TRACK_NEWS),
});
