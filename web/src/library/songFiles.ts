/** The songs among what was dropped or chosen: files, and folders of them however deep. */

const SONG_ENDINGS = new Set(
  "flac wav wave mp3 mp2 ogg oga opus m4a mp4 aac aiff aif aifc wma webm mka caf ape wv".split(" "),
);
const VIDEO_TYPES = new Set(["video/mp4", "video/webm", "video/ogg"]);

export const ACCEPT = `audio/*,video/mp4,${[...SONG_ENDINGS].map((ending) => `.${ending}`).join(",")}`;

export interface Sorted {
  songs: File[];
  /** How many other files there were. */
  others: number;
}

/** What the server may be able to decode; it has the last word. Hidden files are nobody's songs, and not counted. */
export function sortedOut(files: readonly File[]): Sorted {
  const seen = files.filter((file) => !file.name.startsWith("."));
  const songs = seen.filter(isSong);
  return { songs, others: seen.length - songs.length };
}

function isSong({ name, type }: File): boolean {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return type.startsWith("audio/") || VIDEO_TYPES.has(type) || SONG_ENDINGS.has(ending);
}

/** A chosen folder's files as its reader would list them: the browser gives them in any order. */
export function inOrder(files: readonly File[]): File[] {
  return [...files].sort((a, b) => byName.compare(a.webkitRelativePath || a.name, b.webkitRelativePath || b.name));
}

/** What is used of a DataTransferItem. */
type Dropped = Pick<DataTransferItem, "kind" | "getAsFile" | "webkitGetAsEntry">;

/** Every file of a drop. To be called while the drop is handled: afterwards the browser has forgotten its items. */
export function droppedFiles(items: Iterable<Dropped>): Promise<File[]> {
  const taken = [...items]
    .filter(({ kind }) => kind === "file")
    .map((item) => {
      const entry = item.webkitGetAsEntry?.();
      return entry?.isDirectory ? filesUnder(entry) : Promise.resolve([item.getAsFile()]);
    });
  return Promise.all(taken).then((found) => found.flat().filter((file): file is File => file !== null));
}

async function filesUnder(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  }
  const inside = await entriesOf(entry as FileSystemDirectoryEntry);
  const found: File[] = [];
  for (const each of inside.sort((a, b) => byName.compare(a.name, b.name))) {
    found.push(...(await filesUnder(each)));
  }
  return found;
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

/** Track 2 before track 10. */
const byName = new Intl.Collator(undefined, { numeric: true });
