import { expect, it } from "vitest";
import { FILE_MB_MAX, firstPicture, fitted, hasPicture, keptType, PictureFault, pictureOf } from "$/library/picture";

it("is at most 1000 pixels a side, in its own shape, and never enlarged", () => {
  expect(fitted(4000, 3000)).toEqual({ width_px: 1000, height_px: 750 });
  expect(fitted(300, 9000)).toEqual({ width_px: 33, height_px: 1000 });
  expect(fitted(640, 480)).toEqual({ width_px: 640, height_px: 480 });
  expect(fitted(30_000, 1)).toEqual({ width_px: 1000, height_px: 1 });
});

it("stays a PNG, and is a JPEG else", () => {
  expect(["image/png", "image/jpeg", "image/webp", "image/avif", ""].map(keptType)).toEqual([
    "image/png",
    ...Array<string>(4).fill("image/jpeg"),
  ]);
});

it("is found among what is dropped or pasted, behind what is none", () => {
  const song = new File(["a"], "a.flac", { type: "audio/flac" });
  const picture = new File(["b"], "b.webp", { type: "image/webp" });
  expect(firstPicture([song, picture])).toBe(picture);
  expect(firstPicture([song])).toBeNull();
  expect(firstPicture(undefined)).toBeNull();
  expect(hasPicture([{ kind: "file", type: "image/png" }])).toBe(true);
  expect(hasPicture([{ kind: "string", type: "image/png" }])).toBe(false);
  expect(hasPicture([{ kind: "file", type: "audio/flac" }])).toBe(false);
});

it("is not even read when its file is too large", async () => {
  const large = { size: FILE_MB_MAX * 1_000_000 + 1 } as Blob;
  await expect(pictureOf(large)).rejects.toEqual(new PictureFault("large"));
});
