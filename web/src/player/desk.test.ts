import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import type { EngineOptions } from "$/audio/engine";
import { Desk } from "$/player/deskModel.svelte";
import { MadeAudio } from "$/player/engine.fixture";
import type { DeskManifest, TrackSource } from "$/player/source";
import { freshView } from "$/player/view";
import { settled } from "$/settled.fixture";
import { madeTrack } from "$/state/track.fixture";

class MadeEngine extends EventTarget {
  state = "paused";
  wanted = false;
  failure = "";
  position_s = 0;
  constructor(readonly options: EngineOptions) {
    super();
  }
  play = vi.fn(async () => void (this.wanted = true));
  pause = vi.fn(async () => void (this.wanted = false));
  close = vi.fn(async () => undefined);
  seek = vi.fn((to_s: number) => (this.position_s = to_s));
  setLane = vi.fn();
  setTempo = vi.fn();
  setPitch = vi.fn();
  moveDrums = vi.fn();
  setLoop = vi.fn();
  setClick = vi.fn();
  countIn = vi.fn();
  append = vi.fn();
}

const { opened } = vi.hoisted(() => ({ opened: vi.fn() }));
vi.mock("$/audio/engine", () => ({ Engine: { open: opened } }));

const TRACK = madeTrack({
  state: "ready",
  stems: ["vocals", "other"],
  duration_s: 240,
  playable_s: 240,
  segments: 1,
  audio: { sample_rate_hz: 44_100, channels: 2, length_samples: 240 * 44_100, depth_bits: 16, codec: "flac" },
});
const SEGMENT = { index: 0, first_sample: 0, length_samples: 240 * 44_100, stems: [] };
const SOURCE: TrackSource = {
  readManifest: async (from) =>
    ({ track: TRACK, segments: from ? [] : [SEGMENT], analysis: null, report: null }) as unknown as DeskManifest,
  fetchSegment: async () => new ArrayBuffer(0),
};

let engine: MadeEngine;
let letOpen: () => void;
let desk: Desk;

beforeEach(async () => {
  vi.stubGlobal("Audio", MadeAudio);
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  opened.mockImplementation(
    (options: EngineOptions) =>
      new Promise((resolve) => {
        engine = new MadeEngine(options);
        letOpen = () => resolve(engine);
      }),
  );
  desk = new Desk(SOURCE, null);
  desk.open();
  await settled();
});
afterEach(() => {
  desk.close();
  vi.unstubAllGlobals();
});

async function sound(): Promise<void> {
  letOpen();
  await settled();
}

describe("a track on the desk", () => {
  it("is left at the place where it was played to, with its mix", async () => {
    await sound();
    desk.mix.set("vocals", { muted: true });
    engine.position_s = 61.5;
    desk.close();
    expect(desk.view.at_s).toBe(61.5);
    expect(desk.view.lanes["vocals"]).toMatchObject({ muted: true });
  });

  it("takes the mix of a link that comes while its sound is being opened", async () => {
    const lanes = { other: { volume: 50, pan: 0, muted: false, solo: true } };
    desk.apply({ ...freshView(), lanes, tempo_percent: 80, at_s: 30 });
    expect(desk.mix.lanes["other"]).toMatchObject({ volume: 50, solo: true });
    await sound();
    expect(engine.setTempo).toHaveBeenLastCalledWith(0.8);
    expect(engine.seek).toHaveBeenLastCalledWith(30);
  });

  it("says that its sound cannot be started, and plays nothing then", async () => {
    await sound();
    engine.play.mockRejectedValue(new DOMException("no device", "InvalidStateError"));
    desk.play();
    await settled();
    expect(desk.fault).toMatchObject({ willRetry: false });
    expect(engine.pause).toHaveBeenCalledOnce();
  });

  it("says nothing of sound that did not start before it was left", async () => {
    await sound();
    let refuse = (): void => undefined;
    engine.play.mockReturnValue(
      new Promise((_, reject) => (refuse = () => reject(new DOMException("closed", "InvalidStateError")))),
    );
    desk.play();
    desk.close();
    refuse();
    await settled();
    expect(desk.fault).toBeNull();
  });

  it("waits for a busy server no longer than a listener would, whatever is asked of it", async () => {
    await sound();
    const { judge } = engine.options;
    expect(judge(new Problem(503, {}, Infinity)).retry_s).toBe(15);
    expect(judge(new Problem(503, {}, 86_400)).retry_s).toBe(15);
    expect(judge(new Problem(503, {})).retry_s).toBe(2);
    expect(judge(new Problem(404, {})).retry_s).toBeNull();
  });
});
