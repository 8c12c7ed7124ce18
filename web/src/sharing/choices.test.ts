import { describe, expect, it } from "vitest";
import {
  canBeDoubled,
  choicesOf,
  exactnessOf,
  extensionOf,
  fileAddress,
  hasDepth,
  hasFormat,
  isPossible,
  keyOf,
  lackedFormats,
  usualChoice,
  type Choice,
  type MixQuery,
  type Quality,
} from "$/sharing/choices";

const STEMS = ["vocals", "drums", "bass", "other"];
const TRACK = { track_id: "trk_1", stems: STEMS };

const keys = (stems: readonly string[], query?: MixQuery | null): string[] => choicesOf(stems, query).map(keyOf);
const address = (choice: Choice, quality: Partial<Quality> = {}): string =>
  fileAddress(TRACK, choice, { format: "flac", depth: "", isDoubled: false, ...quality });

describe("what can be made of a track", () => {
  it("is every stem, mixes with and without the voice, all in a zip, and a file for DJs", () => {
    expect(keys(STEMS)).toEqual(["karaoke", "stem:vocals", "stem:drums", "stem:bass", "stem:other", "zip", "stemFile"]);
  });

  it("is what the plan has, and what it has not is told", () => {
    const planFormats = ["mp3", "wav"];
    expect(choicesOf(STEMS, undefined, planFormats).map(keyOf)).not.toContain("stemFile");
    expect(lackedFormats(planFormats, STEMS)).toEqual(["FLAC", "M4A", "OPUS", ".stem.mp4"]);
    expect(lackedFormats([], STEMS)).toEqual([]);
    expect(hasFormat(planFormats, "wav") && hasFormat([], "flac")).toBe(true);
    expect(hasFormat(planFormats, "flac")).toBe(false);
  });

  it("is the mix of the faders too, where there are faders", () => {
    expect(keys(STEMS, {})[0]).toBe("mix");
    expect(keys(STEMS, null)[0]).toBe("mix");
  });

  it("is nothing where nothing sounds, and no zip of no stem", () => {
    expect(isPossible({ kind: "mix", query: null })).toBe(false);
    expect(isPossible({ kind: "mix", query: {} })).toBe(true);
    expect(isPossible({ kind: "zip", stems: [] })).toBe(false);
    expect(isPossible({ kind: "zip", stems: ["bass"] })).toBe(true);
  });

  it("has a file for DJs only where its stems make four parts", () => {
    const has = (stems: string[]): boolean => keys(stems).includes("stemFile");
    expect(has(["kick", "snare", "toms", "cymbals"])).toBe(true);
    expect(has(["drums", "bass", "other", "vocals", "guitar", "piano"])).toBe(true);
    expect(has(["lead_vocals", "backing_vocals", "drums", "bass", "other"])).toBe(false);
    expect(has(["vocals", "instrumental"])).toBe(false);
  });

  it("has no karaoke where nothing or everything is sung, or where the one other stem is it", () => {
    expect(keys(["drums", "bass", "other"])).not.toContain("karaoke");
    expect(keys(["lead_vocals", "backing-vocals", "vocals"])).not.toContain("karaoke");
    expect(keys(["vocals", "no_vocals"])).toEqual(["stem:vocals", "stem:no_vocals", "zip"]);
    expect(keys(["lead_vocals", "no_vocals", "drums"])).toContain("karaoke");
  });

  it("is each sound once: several voices are a mix of their own, and one voice is its stem", () => {
    expect(keys(["lead_vocals", "backing_vocals", "drums"])).toContain("acapella");
    expect(keys(STEMS)).not.toContain("acapella");
  });

  it("is its stems in a zip unless somebody says otherwise, also where there are faders", () => {
    const usual = (stems: readonly string[], query?: MixQuery | null): Choice["kind"] | undefined =>
      usualChoice(choicesOf(stems, query))?.kind;
    expect([usual(STEMS), usual(STEMS, {}), usual(STEMS, null)]).toEqual(["zip", "zip", "zip"]);
    expect([usual(["vocals"], null), usual(["vocals"], {})]).toEqual(["stem", "mix"]);
  });
});

describe("a file's address", () => {
  it("names the stem, the preset, the faders or the zip, and its format", () => {
    expect(address({ kind: "stem", stem: "lead vocals" })).toBe("/v1/tracks/trk_1/stems/lead%20vocals.flac");
    expect(address({ kind: "preset", preset: "karaoke" })).toBe("/v1/tracks/trk_1/mix.flac?preset=karaoke");
    expect(address({ kind: "mix", query: { stems: "drums" } })).toBe("/v1/tracks/trk_1/mix.flac?stems=drums");
    expect(address({ kind: "mix", query: {} })).toBe("/v1/tracks/trk_1/mix.flac");
    expect(address({ kind: "zip", stems: STEMS }, { format: "mp3" })).toBe("/v1/tracks/trk_1/download.zip?format=mp3");
    expect(address({ kind: "stemFile" }, { format: "wav", depth: "16" })).toBe("/v1/tracks/trk_1/mix.stem.mp4");
  });

  it("names the stems that are wanted in a zip, unless all are", () => {
    expect(address({ kind: "zip", stems: ["drums", "bass"] }, { format: "wav", depth: "24" })).toBe(
      "/v1/tracks/trk_1/download.zip?format=wav&stems=drums,bass&depth=24",
    );
  });

  it("asks for a depth of a WAV and for double speed of what is coded, and for neither elsewhere", () => {
    const stem: Choice = { kind: "stem", stem: "bass" };
    const both = { depth: "32f", isDoubled: true } as const;
    expect(address(stem, { ...both, format: "wav" })).toBe("/v1/tracks/trk_1/stems/bass.wav?depth=32f");
    expect(address(stem, { ...both, format: "opus" })).toBe("/v1/tracks/trk_1/stems/bass.opus?speed=2");
    expect(address(stem, both)).toBe("/v1/tracks/trk_1/stems/bass.flac");
    expect(address({ kind: "zip", stems: STEMS }, { ...both, format: "wav" })).toBe(
      "/v1/tracks/trk_1/download.zip?format=wav&depth=32f",
    );
    expect(address({ kind: "zip", stems: STEMS }, { ...both, format: "mp3" })).toBe(
      "/v1/tracks/trk_1/download.zip?format=mp3",
    );
    expect(address({ kind: "preset", preset: "acapella" }, { ...both, format: "m4a" })).toBe(
      "/v1/tracks/trk_1/mix.m4a?preset=acapella&speed=2",
    );
  });
});

describe("what a file is beside the song", () => {
  const exactness = (
    choice: Parameters<typeof exactnessOf>[0],
    quality: Partial<Quality> = {},
    songDepth_bits: number | undefined = 24,
  ): string => exactnessOf(choice, { format: "flac", depth: "", isDoubled: false, ...quality }, songDepth_bits);

  it("is a part that adds up to it, for stems as they were separated", () => {
    expect(exactness({ kind: "stem", stem: "bass" })).toBe("addsUp");
    expect(exactness({ kind: "zip", stems: STEMS }, { format: "wav", depth: "32f" })).toBe("addsUp");
  });

  it("is the song itself for a mix whose faders are where they began, and a sound of its own for every other", () => {
    expect(exactness({ kind: "mix", query: {} })).toBe("isSong");
    expect(exactness({ kind: "mix", query: { stems: "drums" } })).toBe("isMix");
    expect(exactness({ kind: "preset", preset: "karaoke" })).toBe("isMix");
  });

  it("is near to it where samples are rounded or coded", () => {
    expect(exactness({ kind: "zip", stems: STEMS }, { format: "wav", depth: "16" })).toBe("rounded");
    expect(exactness({ kind: "stem", stem: "bass" }, { format: "mp3", depth: "16" })).toBe("coded");
    expect(exactness({ kind: "stem", stem: "bass" }, { format: "flac", depth: "16" })).toBe("addsUp");
  });

  it("is not rounded to 16 bit where the song has no more", () => {
    const rough: Partial<Quality> = { format: "wav", depth: "16" };
    expect(exactness({ kind: "zip", stems: STEMS }, rough, 16)).toBe("addsUp");
    expect(exactness({ kind: "mix", query: {} }, rough, 16)).toBe("isSong");
    expect(exactness({ kind: "preset", preset: "karaoke" }, rough, 16)).toBe("isMix");
    expect(
      exactnessOf({ kind: "zip", stems: STEMS }, { format: "wav", depth: "16", isDoubled: false }, undefined),
    ).toBe("rounded");
  });
});

describe("the options of a format", () => {
  it("are a depth for WAV, and a speed for a coded file that is one sound", () => {
    expect(hasDepth({ kind: "zip", stems: STEMS }, "wav")).toBe(true);
    expect(hasDepth({ kind: "stemFile" }, "wav")).toBe(false);
    expect(canBeDoubled({ kind: "mix", query: {} }, "mp3")).toBe(true);
    expect(canBeDoubled({ kind: "zip", stems: STEMS }, "mp3")).toBe(false);
    expect(canBeDoubled({ kind: "mix", query: {} }, "flac")).toBe(false);
  });

  it("lead to the ending that the file gets", () => {
    const quality: Quality = { format: "mp3", depth: "", isDoubled: false };
    expect(extensionOf({ kind: "zip", stems: STEMS }, quality)).toBe("zip");
    expect(extensionOf({ kind: "stemFile" }, quality)).toBe("stem.mp4");
    expect(extensionOf({ kind: "mix", query: {} }, quality)).toBe("mp3");
  });
});
