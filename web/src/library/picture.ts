/** A picture that becomes a cover: redrawn here, so that it is small, upright and without what a camera wrote into it. */

export const SIDE_MAX_PX = 1000;
/** Of the file as it is chosen. */
export const FILE_MB_MAX = 50;
const QUALITY = 0.9;

export interface Picture {
  /** What is sent. */
  blob: Blob;
  /** What is shown. */
  canvas: HTMLCanvasElement;
}

/** Why a file becomes no cover. */
export class PictureFault extends Error {
  constructor(readonly kind: "unreadable" | "large") {
    super(kind);
  }
}

/** As large as it may be in the same shape, in pixels. */
export function fitted(width_px: number, height_px: number): { width_px: number; height_px: number } {
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(width_px, height_px));
  const side = (length_px: number): number => Math.max(1, Math.round(length_px * scale));
  return { width_px: side(width_px), height_px: side(height_px) };
}

/** A PNG stays one, since it may be see-through or drawn in flat colours. */
export function keptType(type: string): "image/png" | "image/jpeg" {
  return type === "image/png" ? "image/png" : "image/jpeg";
}

/** Throws PictureFault. */
export async function pictureOf(file: Blob): Promise<Picture> {
  if (file.size > FILE_MB_MAX * 1_000_000) {
    throw new PictureFault("large");
  }
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap?.width || !bitmap.height) {
    throw new PictureFault("unreadable");
  }
  const type = keptType(file.type);
  const { width_px, height_px } = fitted(bitmap.width, bitmap.height);
  const canvas = Object.assign(document.createElement("canvas"), { width: width_px, height: height_px });
  const context = canvas.getContext("2d");
  const blob = context && (await redrawn(canvas, context, bitmap, type));
  bitmap.close();
  if (!blob) {
    throw new PictureFault("unreadable");
  }
  return { blob, canvas };
}

function redrawn(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  bitmap: ImageBitmap,
  type: string,
): Promise<Blob | null> {
  if (type === "image/jpeg") {
    // Which knows nothing of what is see-through.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}

interface Item {
  kind: string;
  type: string;
}

/** Whether nothing but pictures is dragged, as far as can be told before it is dropped. */
export function arePictures(items: ArrayLike<Item> | undefined): boolean {
  const files = Array.from(items ?? []).filter(({ kind }) => kind === "file");
  return files.length > 0 && files.every(isPicture);
}

/** The first of what was dropped, where it is nothing but pictures: songs among them are not for a cover. */
export function droppedPicture(files: ArrayLike<File> | undefined): File | null {
  const given = Array.from(files ?? []);
  return given.every(isPicture) ? (given[0] ?? null) : null;
}

/** The first picture of what is pasted; null for words with a picture of them, pasted where somebody writes. */
export function pastedPicture(
  pasted: { types: readonly string[]; files: ArrayLike<File> } | null,
  isInField: boolean,
): File | null {
  if (!pasted || (isInField && pasted.types.includes("text/plain"))) {
    return null;
  }
  return Array.from(pasted.files).find(isPicture) ?? null;
}

const isPicture = ({ type }: { type: string }): boolean => type.startsWith("image/");
