import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { MadeAudio } from "$/player/engine.fixture";
import { Presence } from "$/player/presence";

const told = { taken: vi.fn(), given: vi.fn() };
let presence: Presence;

beforeEach(() => {
  vi.clearAllMocks();
  MadeAudio.made = [];
  vi.stubGlobal("Audio", MadeAudio);
  vi.stubGlobal("navigator", {});
  presence = new Presence(told);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("nothing is fetched for it before anything plays", () => {
  presence.be(false);
  expect(MadeAudio.made).toEqual([]);
});

test("while a song plays one element plays round and round that the device takes for music", () => {
  presence.be(true);
  presence.be(true);
  const [audio] = MadeAudio.made;
  expect(MadeAudio.made).toHaveLength(1);
  expect(audio).toMatchObject({ loop: true, paused: false, volume: 1, muted: false, disableRemotePlayback: true });
  expect(audio!.play).toHaveBeenCalledOnce();
  presence.be(false);
  expect(audio!.paused).toBe(true);
  presence.be(true);
  expect([MadeAudio.made.length, audio!.paused]).toEqual([1, false]);
  expect(told.taken).not.toHaveBeenCalled();
  expect(told.given).not.toHaveBeenCalled();
});

test("what the device pauses, as for a call or a headphone that is pulled out, is told, and what it resumes", () => {
  presence.be(true);
  MadeAudio.made[0]!.pause();
  expect(told.taken).toHaveBeenCalledOnce();
  presence.be(false);
  void MadeAudio.made[0]!.play();
  expect(told.given).toHaveBeenCalledOnce();
});

test("a late word of what was asked before is not taken for the device's", () => {
  presence.be(true);
  presence.be(false);
  MadeAudio.made[0]!.dispatchEvent(new Event("play"));
  presence.be(true);
  MadeAudio.made[0]!.dispatchEvent(new Event("pause"));
  expect([told.taken.mock.calls.length, told.given.mock.calls.length]).toEqual([0, 0]);
});

test("where the browser refuses, the song plays without it", async () => {
  presence.be(true);
  presence.be(false);
  MadeAudio.made[0]!.refusal = new Error("not allowed");
  presence.be(true);
  await Promise.resolve();
  expect([told.taken.mock.calls.length, told.given.mock.calls.length]).toEqual([0, 0]);
});

test("a closed one holds no file and tells nothing", () => {
  presence.be(true);
  presence.close();
  expect([MadeAudio.made[0]!.paused, MadeAudio.made[0]!.src]).toEqual([true, ""]);
  void MadeAudio.made[0]!.play();
  expect([told.taken.mock.calls.length, told.given.mock.calls.length]).toEqual([0, 0]);
  presence.be(true);
  expect(MadeAudio.made).toHaveLength(1);
});
