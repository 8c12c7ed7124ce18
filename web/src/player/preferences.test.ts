import { expect, test } from "vitest";
import { soundPreferences } from "$/player/preferences.svelte";

const USUAL = { characters: true, snaps: true, countInBars: 0, clickVolume: 70 };

test.each([null, undefined, 3, "x", [], { clickVolume: 900, countInBars: "1", snaps: 0 }])(
  "preferences that are unsound, such as %j, are the usual ones",
  (told) => {
    expect(soundPreferences(told)).toEqual(USUAL);
  },
);

test("preferences are kept as they were chosen", () => {
  const chosen = { characters: false, snaps: false, countInBars: 2, clickVolume: 10 };
  expect(soundPreferences({ ...chosen, more: 1 })).toEqual(chosen);
});
