/** The songs among what was dropped or chosen: files, and folders of them however deep. */

import type { FileHandle } from "$/state/keptHandles";

const SONG_ENDINGS = new Set(
  "flac wav wave mp3 mp2 ogg oga opus m4a mp4 aac aiff aif aifc wma webm mka caf ape wv".split(" "),
);
const VIDEO_TYPES = new Set(["video/mp4", "video/webm", "video/ogg"]);

const DOTTED_ENDINGS = [...SONG_ENDINGS].map((ending) => `.${ending}` as const);

export const ACCEPT = `audio/*,video/mp4,${DOTTED_ENDINGS.join(",")}`;
/** The same for the picker that tells handles. */
export const PICKED = { "audio/*": DOTTED_ENDINGS };

export interface Sorted {
  songs: File[];
  /** The names of the other files. */
  others: string[];
}

/** What the server may be able to decode; it has the last word. Hidden files are nobody's songs, and not told of. */
export function sortedOut(files: readonly File[]): Sorted {
  const seen = files.filter((file) => !file.name.startsWith("."));
  const songs = seen.filter(isSong);
  return { songs, others: seen.filter((file) => !isSong(file)).map(({ name }) => name) };
}

function isSong({ name, type }: File): boolean {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return type.startsWith("audio/") || VIDEO_TYPES.has(type) || SONG_ENDINGS.has(ending);
}

/** A chosen folder's files as its reader would list them: the browser gives them in any order. */
export function inOrder(files: readonly File[]): File[] {
  return [...files].sort((a, b) => byName.compare(a.webkitRelativePath || a.name, b.webkitRelativePath || b.name));
}

/** What was found in a drop or a choice. */
export class Found {
  readonly files: File[] = [];
  /** Where the browser tells where a file lies. */
  readonly handles = new Map<File, FileHandle>();
  /** How many files and folders could not be read. */
  unreadable = 0;

  /** Told how many files there are so far: a large folder takes its time. */
  constructor(private readonly onFile: (files: number) => void = () => undefined) {}

  take(file: File, handle?: FileHandle): void {
    this.files.push(file);
    if (handle) {
      this.handles.set(file, handle);
    }
    this.onFile(this.files.length);
  }

  /** One that cannot be read takes none of the others along. */
  async tried(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      this.unreadable += 1;
    }
  }
}

/** What is used of a DataTransferItem; not every browser tells handles. */
type Dropped = Pick<DataTransferItem, "kind" | "getAsFile" | "webkitGetAsEntry"> & {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
};

/** Every file of a drop. To be called while the drop is handled: afterwards the browser has forgotten its items. */
export async function droppedFiles(items: Iterable<Dropped>, onFile?: (files: number) => void): Promise<Found> {
  const found = new Found(onFile);
  const taken = [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => ({
      entry: item.webkitGetAsEntry?.() ?? null,
      file: item.getAsFile(),
      handle: handleOf(item),
    }));
  for (const { entry, file, handle } of taken) {
    const known = await handle;
    if (known) {
      await takeUnder(known, found, file);
    } else if (entry?.isDirectory) {
      await takeUnderEntry(entry, found);
    } else if (file) {
      found.take(file);
    }
  }
  return found;
}

async function handleOf(item: Dropped): Promise<FileSystemHandle | null> {
  try {
    return (await item.getAsFileSystemHandle?.()) ?? null;
  } catch {
    return null;
  }
}

/** Every file under it; `own` is the file itself where the browser gave that too. */
export async function takeUnder(handle: FileSystemHandle, found: Found, own: File | null = null): Promise<void> {
  await found.tried(async () => {
    if (handle.kind === "file") {
      found.take(own ?? (await (handle as FileHandle).getFile()), handle as FileHandle);
      return;
    }
    const inside: FileSystemHandle[] = [];
    for await (const each of (handle as Folder).values()) {
      inside.push(each);
    }
    for (const each of inOrderOfNames(inside)) {
      await takeUnder(each, found);
    }
  });
}

type Folder = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };

async function takeUnderEntry(entry: FileSystemEntry, found: Found): Promise<void> {
  await found.tried(async () => {
    if (entry.isFile) {
      found.take(await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
      return;
    }
    for (const each of inOrderOfNames(await entriesOf(entry as FileSystemDirectoryEntry))) {
      await takeUnderEntry(each, found);
    }
  });
}

/** Browsers give a folder in parts, and an empty part after the last. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) {
      return entries;
    }
    entries.push(...part);
  }
}

function inOrderOfNames<T extends { name: string }>(named: readonly T[]): T[] {
  return [...named].sort((a, b) => byName.compare(a.name, b.name));
}

/** Track 2 before track 10. */
const byName = new Intl.Collator(undefined, { numeric: true });
