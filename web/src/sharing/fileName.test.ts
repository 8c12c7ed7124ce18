import { describe, expect, it } from "vitest";
import { fileName } from "$/sharing/fileName";

describe("a file's name", () => {
  it("is the title, the part and the ending", () => {
    expect(fileName("Night Train", "Vocals", "flac")).toBe("Night Train - Vocals.flac");
    expect(fileName("Night Train", "", "mp3")).toBe("Night Train.mp3");
  });

  it("holds nothing that a file system refuses or an eye is deceived by", () => {
    expect(fileName('AC/DC: "Live"?', "no\u202evocals", "wav")).toBe("AC_DC_ _Live__ - novocals.wav");
    expect(fileName("  ..\t", "", "zip")).toBe("track.zip");
  });

  it("is bounded, whatever the title", () => {
    expect(fileName("🎸".repeat(500), "", "opus")).toBe(`${"🎸".repeat(120)}.opus`);
  });
});
