/** Songs that are given to the page: dropped anywhere in it, or chosen. */

import { sessionEvents } from "$/api/refresh";
import { complain, notify } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { droppedFiles, Found, inOrder, PICKED, sortedOut, takeUnder } from "$/library/songFiles";
import type { FileHandle } from "$/state/keptHandles";
import { listed } from "$/state/text";
import { giveSongs } from "$/state/uploads.svelte";

/** What is told of a large folder while it is read. */
const TOLD_EVERY = 100;
/** So many files that are no songs are named. */
const NAMED_MAX = 3;

export const giving = $state<{
  /** Files are held over the page. */
  isOver: boolean;
  /** How many files were found in all that is being read; null while nothing is. */
  reading: number | null;
}>({ isOver: false, reading: null });

let readings = 0;
/** Counts sessions that ended, so that what one person gave is not sent in the name of the next. */
let ends = 0;
sessionEvents.addEventListener("closed", () => (ends += 1));

type Picker = {
  showOpenFilePicker?(wish: { multiple: true; types: object[] }): Promise<FileHandle[]>;
  showDirectoryPicker?(): Promise<FileSystemDirectoryHandle>;
};

/** To be called while the drop is handled. Gives how many songs there were. */
export function giveDropped(items: DataTransferItemList): Promise<number> {
  return given((found) => droppedFiles(items, found));
}

/** From a plain file input. */
export function giveChosen(files: readonly File[], isFolder: boolean): void {
  const found = new Found();
  (isFolder ? inOrder(files) : files).forEach((file) => found.take(file));
  take(found);
}

/** By the browser's own picker, which tells where the files lie; false where there is none, or it does not open. */
export async function pick(what: "songs" | "folder"): Promise<boolean> {
  const { showOpenFilePicker, showDirectoryPicker } = globalThis as Picker;
  if (!(what === "songs" ? showOpenFilePicker : showDirectoryPicker)) {
    return false;
  }
  const before = ends;
  try {
    const types = [{ description: i18n.m.library.drop.input, accept: PICKED }];
    const picked =
      what === "songs" ? await showOpenFilePicker?.({ multiple: true, types }) : [await showDirectoryPicker?.()];
    await given(async (onFile) => {
      const found = new Found(onFile);
      for (const handle of picked ?? []) {
        await (handle && takeUnder(handle, found));
      }
      return found;
    }, before);
    return true;
  } catch (error) {
    // Nothing was chosen; anything else is a picker that does not open here, such as in a frame.
    return error instanceof DOMException && error.name === "AbortError";
  }
}

/** `before` tells of which session it is. */
async function given(read: (onFile: (files: number) => void) => Promise<Found>, before = ends): Promise<number> {
  readings += 1;
  giving.reading ??= 0;
  try {
    const found = await read((files) => {
      if (files % TOLD_EVERY === 0) {
        giving.reading = (giving.reading ?? 0) + TOLD_EVERY;
      }
    });
    return before === ends ? take(found) : 0;
  } catch (error) {
    if (before === ends) {
      complain(error);
    }
    return 0;
  } finally {
    readings -= 1;
    if (!readings) {
      giving.reading = null;
    }
  }
}

function take({ files, handles, unreadable }: Found): number {
  const { drop } = i18n.m.library;
  const { songs, others } = sortedOut(files);
  if (unreadable) {
    notify({ text: songs.length ? drop.someUnreadable(unreadable) : drop.unreadable, kind: "error" });
  } else if (!songs.length) {
    notify({ text: drop.nothing, kind: "info" });
  }
  if (songs.length && others.length) {
    const names = others.slice(0, NAMED_MAX).map(drop.quoted);
    const unnamed = others.length - names.length;
    // It stays until it is closed: who gave a whole folder reads it when the songs are seen to.
    notify({ text: drop.leftOut(listed(unnamed ? [...names, drop.others(unnamed)] : names)), kind: "info" }, Infinity);
  }
  giveSongs(songs, handles);
  return songs.length;
}
