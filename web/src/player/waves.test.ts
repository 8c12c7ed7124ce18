import { describe, expect, test } from "vitest";
import { Waves } from "$/player/waves.svelte";

function songOf(duration_s: number): Waves {
  const waves = new Waves();
  waves.begin(["vocals"], 44_100);
  waves.grow([], duration_s);
  return waves;
}

describe("what the waveforms show", () => {
  test("is the whole song, also when that grows", () => {
    const waves = songOf(60);
    waves.grow([], 90);
    expect(waves.span).toEqual({ from_s: 0, to_s: 90 });
  });

  test("stays where the listener zoomed to when the song grows", () => {
    const waves = songOf(60);
    waves.zoom(0.1, 30);
    const before = waves.span;
    waves.grow([], 90);
    expect(waves.span).toEqual(before);
  });

  test("turns the page with the position", () => {
    const waves = songOf(100);
    waves.zoom(0.1, 0);
    waves.follow(5);
    expect(waves.span.from_s).toBe(0);
    waves.follow(9.5);
    expect(waves.span.from_s).toBeCloseTo(8.7);
  });

  test("is left alone while the listener looks elsewhere, until the position is there or is moved", () => {
    const waves = songOf(100);
    waves.zoom(0.1, 0);
    waves.follow(5);
    waves.move(50);
    waves.look(5);
    waves.follow(5.1);
    expect(waves.span.from_s).toBe(50);
    waves.follow(5.2, true);
    expect(waves.span.from_s).toBeCloseTo(4.4);
  });

  test("takes each segment's peaks, and passes over stems that it does not know", () => {
    const waves = songOf(1);
    const stems = ["vocals", "kazoo"].map((stem) => ({ stem, size_bytes: 1, peaks: btoa("\u0040") }));
    waves.grow([{ index: 0, first_sample: 0, length_samples: 1024, stems }], 1);
    expect(waves.peaksOf("vocals")?.highest(0, 1024)).toBe(64);
    expect(waves.peaksOf("kazoo")).toBeUndefined();
  });
});
