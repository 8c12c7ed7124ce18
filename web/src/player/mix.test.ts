import { expect, test, vi } from "vitest";
import { Mix } from "$/player/mix.svelte";
import { freshLane } from "$/player/view";

const STEMS = ["vocals", "drums"];

test("a mix begins as it was left, and tells the engine of every stem", () => {
  const give = vi.fn();
  const mix = new Mix(give);
  mix.begin(STEMS, { drums: { volume: 50, pan: -0.5, muted: false, solo: false }, gone: freshLane() });
  expect(give).toHaveBeenCalledWith("vocals", { gain: 1, pan: 0, sounds: true });
  expect(give).toHaveBeenCalledWith("drums", { gain: 0.25, pan: -0.5, sounds: true });
  expect(Object.keys(mix.lanes)).toEqual(STEMS);
});

test("a solo silences the other stems", () => {
  const mix = new Mix(() => undefined);
  mix.begin(STEMS, {});
  mix.set("drums", { solo: true });
  expect(STEMS.map((stem) => mix.mixOf(stem).sounds)).toEqual([false, true]);
});

test("a preset is exactly the mix that it names, whatever was set before", () => {
  const mix = new Mix(() => undefined);
  mix.begin(STEMS, { drums: { volume: 30, pan: 1, muted: true, solo: true } });
  mix.choose("karaoke");
  expect(mix.lanes["drums"]).toEqual(freshLane());
  expect(mix.lanes["vocals"]!.muted).toBe(true);
  expect(mix.preset).toBe("karaoke");
});

test("no preset is pressed once a fader or a balance that is heard was moved", () => {
  const mix = new Mix(() => undefined);
  mix.begin(STEMS, {});
  mix.set("drums", { volume: 99 });
  expect(mix.preset).toBeNull();
  mix.set("drums", { volume: 100, pan: 0.1 });
  expect(mix.preset).toBeNull();
  mix.choose("everything");
  expect([mix.preset, mix.isTouched]).toEqual(["everything", false]);
});

test("a mix that is reset is the song as it is", () => {
  const mix = new Mix(() => undefined);
  mix.begin(STEMS, { drums: { volume: 30, pan: 1, muted: true, solo: true } });
  expect(mix.isTouched).toBe(true);
  mix.reset();
  expect([mix.isTouched, mix.preset]).toEqual([false, "everything"]);
});
