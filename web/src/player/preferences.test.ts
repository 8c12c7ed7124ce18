import { expect, test } from "vitest";
import { prefer, preferences, soundPreferences } from "$/player/preferences.svelte";

const USUAL = { characters: true, snaps: true, beatsInBar: 4, firstBeat: 0, countInBars: 0, clickVolume: 70 };

test.each([
  null,
  undefined,
  3,
  "x",
  [],
  { clickVolume: 900, beatsInBar: 99, firstBeat: 4, countInBars: "1", snaps: 0 },
])("preferences that are unsound, such as %j, are the usual ones", (told) => {
  expect(soundPreferences(told)).toEqual(USUAL);
});

test("preferences are kept as they were chosen", () => {
  const chosen = { characters: false, snaps: false, beatsInBar: 3, firstBeat: 2, countInBars: 2, clickVolume: 10 };
  expect(soundPreferences({ ...chosen, more: 1 })).toEqual(chosen);
});

test("a bar that becomes shorter begins with a beat that it has", () => {
  prefer({ beatsInBar: 6, firstBeat: 5 });
  prefer({ beatsInBar: 3 });
  expect(preferences.firstBeat).toBe(2);
});
