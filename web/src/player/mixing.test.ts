import { describe, expect, test } from "vitest";
import { gainOf, presetIn, presetsFor, soundsIn, stemsOf } from "$/player/mixing";
import { freshLane, type LaneView } from "$/player/view";

const FOUR = ["vocals", "drums", "bass", "other"];
const lanes = (change: Record<string, Partial<LaneView>> = {}): Record<string, LaneView> =>
  Object.fromEntries(FOUR.map((stem) => [stem, { ...freshLane(), ...change[stem] }]));
const sounding = (all: Record<string, LaneView>): string[] => {
  const sounds = soundsIn(Object.values(all));
  return FOUR.filter((stem) => sounds(all[stem]!));
};

describe("volume", () => {
  test("is all at the top, nothing at the bottom, and a quarter of the amplitude half way", () => {
    expect([100, 50, 0].map(gainOf)).toEqual([1, 0.25, 0]);
  });
});

describe("mute and solo", () => {
  test("leave every stem sounding when none is set", () => {
    expect(sounding(lanes())).toEqual(FOUR);
  });

  test("let only soloed stems sound", () => {
    expect(sounding(lanes({ bass: { solo: true }, other: { solo: true } }))).toEqual(["bass", "other"]);
  });

  test("silence a stem that is both soloed and muted", () => {
    expect(sounding(lanes({ bass: { solo: true, muted: true } }))).toEqual([]);
  });
});

describe("presets", () => {
  test("are offered for the stems that there are", () => {
    expect(presetsFor(FOUR)).toEqual(["everything", "karaoke", "acappella", "drummer", "bassist"]);
    expect(presetsFor([...FOUR, "guitar", "piano"])).toContain("pianist");
    expect(presetsFor(["vocals", "instrumental"])).toEqual(["everything", "karaoke", "acappella"]);
    expect(presetsFor(["vocals"])).toEqual(["everything"]);
  });

  test("take every voice out of karaoke, and keep every voice in a cappella", () => {
    const stems = ["lead_vocals", "backing_vocals", "drums"];
    expect(stemsOf("karaoke", stems)).toEqual(["drums"]);
    expect(stemsOf("acappella", stems)).toEqual(["lead_vocals", "backing_vocals"]);
  });

  test.each(["instrumental", "no_vocals"])(
    "of a song in two stems take vocals and %s for the two that they are",
    (rest) => {
      const stems = ["vocals", rest];
      expect(presetsFor(stems)).toEqual(["everything", "karaoke", "acappella"]);
      expect(stemsOf("karaoke", stems)).toEqual([rest]);
      expect(stemsOf("acappella", stems)).toEqual(["vocals"]);
    },
  );

  test("leave a drummer what is no part of the kit", () => {
    expect(stemsOf("drummer", ["kick", "snare", "hi_hat", "bass"])).toEqual(["bass"]);
    expect(stemsOf("drummer", ["drums", "no_drums"])).toEqual(["no_drums"]);
    expect(presetsFor(["kick", "snare", "toms", "cymbals"])).toEqual(["everything"]);
  });

  test("are recognised however the mix came about", () => {
    expect(presetIn(lanes())).toBe("everything");
    expect(presetIn(lanes({ vocals: { muted: true, volume: 30 } }))).toBe("karaoke");
    expect(presetIn(lanes({ vocals: { solo: true } }))).toBe("acappella");
    expect(presetIn(lanes({ vocals: { muted: true }, bass: { muted: true } }))).toBeNull();
  });
});
