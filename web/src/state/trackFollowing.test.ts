import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { settled } from "$/settled.fixture";
import { madeTrack } from "$/state/track.fixture";
import { HandTimer } from "$/state/timer.fixture";
import type { TrackNow } from "$/state/track";
import { TrackFollowing, type EventStream } from "$/state/trackFollowing";

class FakeStream implements EventStream {
  readyState = 1;
  onerror: ((event: Event) => unknown) | null = null;
  readonly #readers = new Map<string, (event: MessageEvent<string>) => void>();

  constructor(readonly track_id: string) {}

  addEventListener(name: string, read: (event: MessageEvent<string>) => void): void {
    this.#readers.set(name, read);
  }

  close(): void {
    this.readyState = 2;
  }

  say(told: object): void {
    this.#readers.get("progress")?.({ data: JSON.stringify(told) } as MessageEvent<string>);
  }

  refuse(): void {
    this.readyState = 2;
    this.onerror?.(new Event("error"));
  }
}

let known: Map<string, TrackNow>;
let streams: FakeStream[];
let found: string[];
let dropped: string[];
let read: (readonly string[])[];
let onRead: () => void;
let onFind: (track_id: string) => void;
let timer: HandTimer;
let following: TrackFollowing;

const open = (): string[] => streams.filter(({ readyState }) => readyState === 1).map(({ track_id }) => track_id);
const stream = (track_id: string): FakeStream => streams.findLast((each) => each.track_id === track_id)!;

beforeEach(() => {
  const ids = ["a", "b", "c"];
  known = new Map(
    ids.map((track_id, at) => [track_id, madeTrack({ track_id, created_at: `2024-05-01T10:0${at}:00Z` })]),
  );
  streams = [];
  found = [];
  dropped = [];
  read = [];
  onRead = () => undefined;
  onFind = () => undefined;
  timer = new HandTimer();
  following = new TrackFollowing({
    open: (track_id) => {
      streams.push(new FakeStream(track_id));
      return streams.at(-1)!;
    },
    timer,
    known: () => known.values(),
    tell: (track_id, told) => known.set(track_id, { ...known.get(track_id)!, ...told }),
    find: async (track_id) => {
      found.push(track_id);
      onFind(track_id);
      following.follow();
    },
    drop: (track_id) => {
      dropped.push(track_id);
      known.delete(track_id);
      following.follow();
    },
    get: (track_id) => known.get(track_id),
    read: async (track_ids) => {
      read.push(track_ids);
      onRead();
    },
  });
});

describe("tracks on their way", () => {
  it("take two event streams, the open track's before others, and are read together where they are in sight", async () => {
    following.see(["a", "b", "c", "gone"]);
    following.follow();
    expect(open()).toEqual(["a", "b"]);
    following.watch("c");
    expect(open().sort()).toEqual(["a", "c"]);
    timer.pass(300);
    await settled();
    expect(read).toEqual([["b"]]);
    timer.pass(2999);
    expect(read).toHaveLength(1);
    timer.pass(1);
    expect(read).toEqual([["b"], ["b"]]);
  });

  it("are not read where nobody sees them, and soon once somebody does", async () => {
    following.follow();
    timer.pass(60_000);
    expect(read).toEqual([]);
    following.see(["c"]);
    following.see(["c"]);
    timer.pass(300);
    await settled();
    expect(read).toEqual([["c"]]);
    following.see([]);
    timer.pass(60_000);
    await settled();
    expect(read).toHaveLength(1);
    expect(timer.isIdle).toBe(true);
  });

  it("are read less often while the server is away, as often as before once it is back", async () => {
    onRead = () => {
      throw new Problem(503, {}, 20);
    };
    following.see(["c"]);
    timer.pass(300);
    await settled();
    timer.pass(19_999);
    expect(read).toHaveLength(1);
    onRead = () => undefined;
    timer.pass(1);
    await settled();
    timer.pass(3000);
    expect(read).toHaveLength(3);
  });

  it("are read fifty at once, however many are in sight", async () => {
    const ids = Array.from({ length: 60 }, (_, at) => `many_${at}`);
    ids.forEach((track_id) => known.set(track_id, madeTrack({ track_id })));
    following.see(ids);
    timer.pass(300);
    await settled();
    expect(read.map((each) => each.length)).toEqual([50]);
  });

  it("need no reading once each has its stream, and nothing at all once none is on its way", async () => {
    known.delete("c");
    following.follow();
    following.see(["a", "b"]);
    expect(timer.isIdle).toBe(true);
    known.clear();
    following.follow();
    expect(open()).toEqual([]);
  });

  it("are read once more when an event ends them, and the next takes the stream", async () => {
    following.follow();
    stream("a").say({ state: "ready", percent: 100 });
    await settled();
    expect(found).toEqual(["a"]);
    expect(open().sort()).toEqual(["b", "c"]);
  });

  it("change with each event, and not with what is none", () => {
    following.follow();
    stream("a").say({ state: "separating", percent: 12 });
    stream("a").say({ nothing: true });
    expect(known.get("a")?.percent).toBe(12);
  });

  it("are asked for plainly before a refused stream is opened again", async () => {
    following.follow();
    stream("a").refuse();
    expect(found).toEqual([]);
    timer.pass(2000);
    await settled();
    expect(found).toEqual(["a"]);
    expect(open().sort()).toEqual(["a", "b"]);
  });

  it("are gone when the server does not know them any more", async () => {
    onFind = () => {
      throw new Problem(404, {});
    };
    following.follow();
    stream("a").refuse();
    timer.pass(2000);
    await settled();
    expect(dropped).toEqual(["a"]);
  });

  it("are tried again later when the server is away", async () => {
    onFind = () => {
      throw Problem.unreachable();
    };
    following.follow();
    stream("a").refuse();
    timer.pass(2000);
    await settled();
    expect(open()).toEqual(["b"]);
    timer.pass(2000);
    expect(open().sort()).toEqual(["a", "b"]);
  });

  it("hold no stream and are not read while nobody looks, and are followed again when somebody does", async () => {
    following.see(["c"]);
    following.follow();
    following.rest(true);
    timer.pass(3000);
    await settled();
    following.follow();
    expect(open()).toEqual([]);
    expect(read).toEqual([]);
    expect(timer.isIdle).toBe(true);
    following.rest(false);
    expect(open()).toEqual(["a", "b"]);
    timer.pass(3000);
    expect(read).toEqual([["c"]]);
  });

  it("are followed no more after the sign-out", () => {
    following.follow();
    following.close();
    following.follow();
    expect(open()).toEqual([]);
    expect(timer.isIdle).toBe(true);
  });
});
