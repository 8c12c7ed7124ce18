import { expect, test } from "vitest";
import { verdictOn, type Evidence } from "./verdict";

const PLAYING: Evidence = {
  isWanted: true,
  hasPlayed: true,
  hasEnded: false,
  failure: "",
  isDead: false,
  isHeldBack: false,
  position: 500,
  playable_samples: 1000,
  isComplete: false,
  isHeld: true,
};

test.each<[string, Partial<Evidence>, string]>([
  ["what is loaded under the position is played", {}, "playing"],
  ["it plays on through a failure for as long as it can", { failure: "no" }, "playing"],
  ["what the browser holds back is not playing, loaded or not", { isHeldBack: true }, "blocked"],
  ["what is not loaded yet is loaded first, held back or not", { isHeldBack: true, isHeld: false }, "buffering"],
  ["without a mixer nothing plays, whatever is loaded", { isDead: true, failure: "no" }, "failed"],
  ["without a mixer that nobody wants to hear it is paused", { isDead: true, isWanted: false }, "paused"],
  ["what the server has and the mixer has not is being loaded", { isHeld: false }, "buffering"],
  ["a failure is one when there is nothing left to play", { isHeld: false, failure: "no" }, "failed"],
  ["at the end of a growing song it waits for the separation", { isHeld: false, position: 1000 }, "waiting"],
  [
    "before the first segment it waits for the separation",
    { isHeld: false, position: 0, playable_samples: 0 },
    "waiting",
  ],
  ["at the end of a whole song it has ended", { isHeld: false, position: 1000, isComplete: true }, "ended"],
  ["an ended song stays so until someone goes elsewhere", { isWanted: false, hasEnded: true }, "ended"],
  ["what nobody wants to hear is paused", { isWanted: false }, "paused"],
  ["what nobody ever wanted to hear is idle", { isWanted: false, hasPlayed: false }, "idle"],
])("%s", (_promise, evidence, state) => {
  expect(verdictOn({ ...PLAYING, ...evidence })).toBe(state);
});
