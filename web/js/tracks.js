// The tracks as last told, and how they are followed while they change.
//
// Browsers open six connections to one address: two are given to event streams, for the tracks that are next in turn;
// the rest are read with the list.

import { Problem, paths, readJson, request } from "./api.js";
import { forgetPlayer } from "./memory.js";

const STREAMS_MAX = 2;
const LIST_EVERY_MS = 3000;
const REOPEN_MS = 2000;
const EVENT_NAMES = ["message", "progress", "state", "track"];

export function isUnderWay(track) {
  return track.state === "checking" || track.state === "queued" || track.state === "separating";
}

// Events: "list" when tracks came or went, "change" (detail: the track) when one changed, "trouble" (detail: an error).
export class Tracks extends EventTarget {
  constructor() {
    super();
    this.byId = new Map();
    this.nextCursor = null;
    this.isLoaded = false;
    this.watched = null;
    this.streams = new Map();
    this.timer = null;
    this.closed = false;
  }

  get newestFirst() {
    return [...this.byId.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  }

  get(trackId) {
    return this.byId.get(trackId);
  }

  async load() {
    const page = await readJson("GET", "/v1/tracks");
    if (!this.isLoaded) {
      this.nextCursor = page.next_cursor;
    }
    this.isLoaded = true;
    this.take(page.tracks);
  }

  async loadMore() {
    const page = await readJson("GET", `/v1/tracks?cursor=${encodeURIComponent(this.nextCursor)}`);
    this.nextCursor = page.next_cursor;
    this.take(page.tracks);
  }

  async find(trackId) {
    const track = await readJson("GET", paths.track(trackId));
    this.take([track]);
    return this.get(trackId);
  }

  async create(uploadId) {
    const headers = { "Idempotency-Key": uploadId };
    const track = await readJson("POST", "/v1/tracks", { json: { upload_id: uploadId }, headers });
    this.take([track]);
    return track;
  }

  async cancel(trackId) {
    this.take([await readJson("POST", paths.track(trackId, "/cancel"))]);
  }

  async retry(trackId) {
    this.take([await readJson("POST", paths.track(trackId, "/retry"))]);
  }

  async delete(trackId) {
    await request("DELETE", paths.track(trackId));
    this.drop(trackId);
  }

  drop(trackId) {
    forgetPlayer(trackId);
    if (this.byId.delete(trackId)) {
      this.tell("list");
    }
    this.follow();
  }

  // The open track is followed before others.
  watch(trackId) {
    this.watched = trackId;
    this.follow();
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    this.streams.forEach((stream) => stream.close());
    this.streams.clear();
  }

  take(tracks) {
    const before = this.byId.size;
    for (const track of tracks) {
      const known = this.get(track.track_id);
      // What events told of one state says nothing of the next.
      this.change(known?.state === track.state ? { ...known, ...track } : track);
    }
    if (this.byId.size !== before || !before) {
      this.tell("list");
    }
    this.follow();
  }

  change(track) {
    this.byId.set(track.track_id, track);
    this.tell("change", track);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  follow() {
    if (this.closed) {
      return;
    }
    const moving = this.newestFirst.filter(isUnderWay).reverse();
    moving.sort((a, b) => Number(b.track_id === this.watched) - Number(a.track_id === this.watched));
    const chosen = new Set(moving.slice(0, STREAMS_MAX).map((track) => track.track_id));
    for (const [trackId, stream] of this.streams) {
      if (!chosen.has(trackId)) {
        stream.close();
        this.streams.delete(trackId);
      }
    }
    chosen.forEach((trackId) => this.streams.has(trackId) || this.open(trackId));
    if (moving.length > chosen.size && !this.timer) {
      this.timer = setTimeout(() => this.reload(), LIST_EVERY_MS);
    }
  }

  async reload() {
    this.timer = null;
    try {
      await this.load();
    } catch (error) {
      this.tell("trouble", error);
      this.follow();
    }
  }

  open(trackId) {
    const stream = new EventSource(paths.events(trackId));
    this.streams.set(trackId, stream);
    const read = (event) => this.readEvent(trackId, event.data);
    EVENT_NAMES.forEach((name) => stream.addEventListener(name, read));
    stream.onerror = () => {
      if (stream.readyState === EventSource.CLOSED && this.streams.get(trackId) === stream) {
        // Refused: most often an access token that has run out. A plain request renews it, and tells what is true now.
        setTimeout(() => this.reopen(trackId, stream), REOPEN_MS);
      }
    };
  }

  readEvent(trackId, data) {
    const known = this.get(trackId);
    let told;
    try {
      told = JSON.parse(data);
    } catch {
      return;
    }
    if (!known || typeof told?.state !== "string") {
      return;
    }
    const isEnd = !isUnderWay(told);
    this.change({ ...known, ...told });
    if (isEnd) {
      this.streams.get(trackId)?.close();
      this.streams.delete(trackId);
      // The end brings what events do not carry: the title from the tags, the counted length.
      this.refind(trackId);
    }
  }

  async reopen(trackId, stream) {
    if (this.streams.get(trackId) === stream) {
      this.streams.delete(trackId);
      await this.refind(trackId);
    }
  }

  async refind(trackId) {
    try {
      await this.find(trackId);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        this.drop(trackId);
      } else {
        this.tell("trouble", error);
        setTimeout(() => this.follow(), REOPEN_MS);
      }
    }
  }
}
