import { describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { statusOf, uploadText } from "$/library/statusText";
import { madeTrack } from "$/state/track.fixture";
import { FileUnreadable } from "$/state/tusSending";
import { FileEmpty, SentElsewhere } from "$/state/uploadSong.svelte";

describe("what a row says of a track", () => {
  it("says nothing of one that is ready", () => {
    expect(statusOf(madeTrack({ state: "ready" }))).toBe("");
  });

  it("tells the place in line where that is known, and promises none where it is not", () => {
    const track = madeTrack({ state: "separating", segments: 0 });
    expect(statusOf({ ...track, jobs_ahead: 3 })).toBe("Waiting: 3 songs ahead of yours");
    expect(statusOf({ ...track, jobs_ahead: 3, eta_s: 130 })).toBe(
      "Waiting: 3 songs ahead of yours · ready in about 2 minutes",
    );
    expect(statusOf({ ...track, jobs_ahead: 1 })).toBe("Waiting: 1 song ahead of yours");
    expect(statusOf({ ...track, jobs_ahead: 0 })).toBe("Starting…");
    expect(statusOf(track)).toBe("Waiting for its turn");
  });

  it("tells how much is separated, how long the rest takes and how far it plays", () => {
    const track = madeTrack({ state: "separating", segments: 4, playable_s: 62, percent: 25.9, eta_s: 130 });
    expect(statusOf(track)).toBe("Separating 25% · about 2 minutes left · playable to 1:02");
    expect(statusOf({ ...track, eta_s: null })).toBe("Separating 25% · playable to 1:02");
  });

  it("gives a failure's reason, and says that it cost nothing", () => {
    const failure = { reason: "BROKEN", message: "The file is damaged.", retryable: false };
    expect(statusOf(madeTrack({ state: "failed", failure }))).toBe("Failed. The file is damaged. Nothing was charged.");
    expect(statusOf(madeTrack({ state: "failed", failure: null }))).toBe("Failed. Nothing was charged.");
  });

  it("tells a failure that it knows in the page's own words", () => {
    const failure = { reason: "GAVE_UP", message: "We gave up. Nothing was charged.", retryable: true };
    expect(statusOf(madeTrack({ state: "failed", failure }))).toBe(
      "Failed. The song could not be separated in several tries. Nothing was charged.",
    );
  });

  it("says what to do about a cancelled song whose upload is gone", () => {
    expect(statusOf(madeTrack({ state: "cancelled", upload_held: true }))).toBe("Cancelled. Nothing was charged.");
    expect(statusOf(madeTrack({ state: "cancelled", upload_held: false }))).toContain("Upload the song again");
  });
});

describe("what a row says of an upload", () => {
  const how = { fault: null, isWaiting: false, left_s: null, canReopen: false };
  const song = { ...how, state: "sending", percent: 43, size_bytes: 16_000 } as const;

  it("tells how much of how much is sent, how long the rest takes if that is known, and that it waits for the server", () => {
    expect(uploadText(song)).toBe("Uploading 43% of 16 kB");
    expect(uploadText({ ...song, left_s: 130 })).toBe("Uploading 43% of 16 kB · about 2 minutes left");
    expect(uploadText({ ...song, isWaiting: true })).toContain("Waiting at 43% for the server");
    expect(uploadText({ ...song, state: "checking", isWaiting: true })).toContain("Waiting for the server");
  });

  it("tells the place of a song that waits", () => {
    expect(uploadText({ ...song, state: "waiting" }, 1)).toBe("Waiting, next in line · 16 kB");
    expect(uploadText({ ...song, state: "waiting" }, 3)).toBe("Waiting, number 3 in line · 16 kB");
  });

  it("says how to go on after a reload, where no click is enough", () => {
    const text = "Choose or drop the same file again to go on with it.";
    const interrupted = { ...song, state: "interrupted" } as const;
    expect(uploadText(interrupted)).toBe(`Interrupted at 43%. ${text}`);
    expect(uploadText({ ...interrupted, percent: 0 })).toBe(`Interrupted before it began. ${text}`);
    expect(uploadText({ ...interrupted, canReopen: true })).toBe("Interrupted at 43%.");
  });

  it("gives the server's reason and advice, and where it stopped", () => {
    const fault = new Problem(402, { detail: "No minutes are left.", action: "Choose a larger plan." });
    expect(uploadText({ ...song, state: "refused", fault })).toBe("No minutes are left. Choose a larger plan.");
    expect(uploadText({ ...song, state: "stopped", fault })).toMatch(/^Stopped at 43%\. No minutes/);
  });

  it("names what is wrong with the file itself", () => {
    expect(uploadText({ ...song, state: "refused", fault: new FileEmpty() })).toContain("This file is empty.");
    expect(uploadText({ ...song, state: "refused", fault: new FileUnreadable() })).toContain("Choose it again");
    expect(uploadText({ ...song, state: "stopped", fault: new SentElsewhere() })).toContain("Another tab");
  });
});
