import { expect, it } from "vitest";
import { addressOf, shapeOf } from "$/api/addresses";

it("an address holds its pieces and what is asked, whatever characters they have", () => {
  expect(addressOf("/v1/tracks/{track_id}/stems/{stem}.{ext}", { track_id: "trk_1", stem: "a/b", ext: "wav" })).toBe(
    "/v1/tracks/trk_1/stems/a%2Fb.wav",
  );
  expect(addressOf("/v1/tracks/{track_id}/download.zip", { track_id: "trk_1" }, { stems: "a&b,c" })).toBe(
    "/v1/tracks/trk_1/download.zip?stems=a%26b,c",
  );
});

it("an address of which nothing is asked has no query", () => {
  expect(addressOf("/v1/me", {})).toBe("/v1/me");
  expect(addressOf("/v1/tracks", {}, {})).toBe("/v1/tracks");
});

it("an address is known by the shape of its path, and no other is", () => {
  const shape = shapeOf("/v1/tracks/{track_id}/stems/{stem}.{ext}");
  expect(shape.exec("/v1/tracks/trk_1/stems/bass.wav")?.slice(1)).toEqual(["trk_1", "bass", "wav"]);
  for (const other of ["/v1/tracks/trk_1/stems/bass-wav", "/v1/tracks/a/b/stems/bass.wav", "/v1/tracks/trk_1"]) {
    expect(shape.test(other)).toBe(false);
  }
});

it("a path that the gateway's document does not have fails the types", () => {
  // @ts-expect-error -- no such path: the check of types, which reads tests too, fails where this is none
  expect(addressOf("/v1/songs", {})).toBe("/v1/songs");
  // @ts-expect-error -- no such piece
  expect(addressOf("/v1/tracks/{track_id}", { id: "trk_1" })).toBe("/v1/tracks/");
  // @ts-expect-error -- no such question
  expect(addressOf("/v1/tracks/{track_id}/download.zip", { track_id: "trk_1" }, { stem: "a" })).toContain("?stem=a");
});
