import { afterEach, expect, it, vi } from "vitest";
import {
  arePictures,
  droppedPicture,
  FILE_MB_MAX,
  fitted,
  keptType,
  pastedPicture,
  PictureFault,
  pictureOf,
} from "$/library/picture";

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

const song = new File(["a"], "a.flac", { type: "audio/flac" });
const picture = new File(["b"], "b.webp", { type: "image/webp" });

it("is dropped alone or beside other pictures: with a song among them it is the page that takes them", () => {
  expect(droppedPicture([picture, new File(["c"], "c.png", { type: "image/png" })])).toBe(picture);
  expect(droppedPicture([song, picture])).toBeNull();
  expect(droppedPicture([song])).toBeNull();
  expect(droppedPicture([])).toBeNull();
  expect(droppedPicture(undefined)).toBeNull();
});

it("is known while it is dragged, with an address beside it or not", () => {
  const image = { kind: "file", type: "image/png" };
  expect(arePictures([image])).toBe(true);
  expect(arePictures([{ kind: "string", type: "text/uri-list" }, image])).toBe(true);
  expect(arePictures([image, { kind: "file", type: "audio/flac" }])).toBe(false);
  expect(arePictures([{ kind: "string", type: "image/png" }])).toBe(false);
  expect(arePictures(undefined)).toBe(false);
});

it("is pasted from behind what is none, but into a field only where no text comes with it", () => {
  expect(pastedPicture({ types: ["Files"], files: [song, picture] }, false)).toBe(picture);
  expect(pastedPicture({ types: ["Files"], files: [song] }, false)).toBeNull();
  expect(pastedPicture(null, false)).toBeNull();
  // As word processors copy words.
  const words = { types: ["text/plain", "text/html", "Files"], files: [picture] };
  expect(pastedPicture(words, true)).toBeNull();
  expect(pastedPicture(words, false)).toBe(picture);
  expect(pastedPicture({ types: ["text/html", "Files"], files: [picture] }, true)).toBe(picture);
});

/** An image of that size as a browser has read it. */
function reads(width: number, height: number): ReturnType<typeof vi.fn> {
  const close = vi.fn();
  vi.stubGlobal("createImageBitmap", async () => ({ width, height, close }));
  return close;
}

/** Canvases of a browser that makes `blob` of what is drawn, or does not draw at all. */
function draws(blob: Blob | null, context: object | null = { fillRect: vi.fn(), drawImage: vi.fn() }): void {
  const canvas = { getContext: () => context, toBlob: (give: BlobCallback) => give(blob) };
  vi.stubGlobal("document", { createElement: () => ({ ...canvas }) });
}

afterEach(() => vi.unstubAllGlobals());

it("is redrawn small, and what was read of its file is let go", async () => {
  const close = reads(2000, 500);
  draws(picture);
  await expect(pictureOf(picture)).resolves.toMatchObject({ blob: picture, canvas: { width: 1000, height: 250 } });
  expect(close).toHaveBeenCalledOnce();
});

it("is none where it has no pixels, or the browser can draw or write none", async () => {
  draws(picture);
  for (const [width, height] of [
    [0, 9],
    [9, 0],
  ] as const) {
    reads(width, height);
    await expect(pictureOf(picture)).rejects.toEqual(new PictureFault("unreadable"));
  }
  for (const [blob, context] of [
    [null, undefined],
    [picture, null],
  ] as const) {
    const close = reads(9, 9);
    draws(blob, context);
    await expect(pictureOf(picture)).rejects.toEqual(new PictureFault("unreadable"));
    expect(close).toHaveBeenCalledOnce();
  }
});

it("is not even read when its file is too large", async () => {
  const large = { size: FILE_MB_MAX * 1_000_000 + 1 } as Blob;
  await expect(pictureOf(large)).rejects.toEqual(new PictureFault("large"));
});
