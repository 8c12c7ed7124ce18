import { describe, expect, it } from "vitest";
import { madeTrack } from "$/state/track.fixture";
import { canRetry, nextInTurn, percentOf, uploadGoneBy } from "$/state/track";

describe("how much of a track is made", () => {
  it("is 100 only for one that is ready", () => {
    expect(percentOf(madeTrack({ state: "ready", percent: 3 }))).toBe(100);
    expect(percentOf(madeTrack({ percent: 100 }))).toBe(99.9);
    expect(percentOf(madeTrack({ playable_s: 240 }))).toBe(99.9);
  });

  it("is what events told, or what can be played when that is more", () => {
    expect(percentOf(madeTrack({ percent: 40, playable_s: 24 }))).toBe(40);
    expect(percentOf(madeTrack({ percent: 40, playable_s: 120 }))).toBe(50);
  });

  it("is nothing while the length is unknown", () => {
    expect(percentOf(madeTrack({ duration_s: null, playable_s: 10 }))).toBe(0);
  });
});

it("an upload that is kept is gone a day after its track was made, at the latest", () => {
  expect(uploadGoneBy(madeTrack({ created_at: "2024-05-01T10:00:00Z" }))).toBe("2024-05-02T10:00:00.000Z");
});

describe("a track that did not come to its end", () => {
  it("can be tried again where that can help", () => {
    const failure = { reason: "X", message: "", retryable: true };
    expect(canRetry(madeTrack({ state: "failed", failure }))).toBe(true);
    expect(canRetry(madeTrack({ state: "failed", failure: { ...failure, retryable: false } }))).toBe(false);
    expect(canRetry(madeTrack({ state: "cancelled", upload_held: true }))).toBe(true);
    expect(canRetry(madeTrack({ state: "cancelled", upload_held: false }))).toBe(false);
    expect(canRetry(madeTrack({ state: "ready" }))).toBe(false);
  });
});

describe("which tracks are followed first", () => {
  it("is the open one, then the oldest on their way", () => {
    const track = (track_id: string, minute: number, state: "separating" | "ready" = "separating") =>
      madeTrack({ track_id, state, created_at: `2024-05-01T10:0${minute}:00Z` });
    const all = [track("c", 3), track("a", 1), track("done", 0, "ready"), track("b", 2)];
    expect(nextInTurn(all, null).map((each) => each.track_id)).toEqual(["a", "b", "c"]);
    expect(nextInTurn(all, "c").map((each) => each.track_id)).toEqual(["c", "a", "b"]);
  });
});
