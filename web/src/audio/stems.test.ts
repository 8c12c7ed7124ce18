import { expect, test } from "vitest";
import { isVoice, keepsPitch } from "./stems";

test.each(["vocals", "voice", "lead_vocals", "backing-vocals"])("%s is a voice", (stem) => {
  expect(isVoice(stem)).toBe(true);
});

test.each(["no_vocals", "without-vocals", "instrumental", "vocals_reverb", "vocoder", ""])("%j is no voice", (stem) => {
  expect(isVoice(stem)).toBe(false);
});

test.each(["drums", "kick", "snare", "toms", "cymbals", "hihat", "hi_hat", "percussion", "snare_top"])(
  "%s keeps its pitch",
  (stem) => {
    expect(keepsPitch(stem)).toBe(true);
  },
);

test.each(["bass", "no_drums", "vocals", "other"])("%s changes its pitch", (stem) => {
  expect(keepsPitch(stem)).toBe(false);
});
