/** The download that is under way in this tab, whatever view is open. */

import { sessionEvents } from "$/api/refresh";
import { send } from "$/api/sending";
import { pour, type Poured } from "$/sharing/pouring";

interface Saving extends Poured {
  name: string;
  stop: () => void;
}

export type Outcome =
  /** In a file of this name, which the person may have changed. */
  | { kind: "saved"; name: string }
  /** In the browser's own hands. */
  | { kind: "handed" }
  | { kind: "stopped" };

type Picker = (wish: { suggestedName: string }) => Promise<FileSystemFileHandle>;

/** `isShown` while a dialog tells of it, so that nobody is told twice. */
export const saving = $state<{ now: Saving | null; isShown: boolean }>({ now: null, isShown: false });

/**
 * Save a file where the person says; where the browser cannot ask, it downloads by itself. Begun by a click, without
 * which no browser asks. Throws Problem, or what writing the file threw.
 */
export async function save(address: string, name: string): Promise<Outcome> {
  const picker = (globalThis as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (!picker) {
    await hand(address);
    return { kind: "handed" };
  }
  const file = await chosen(picker, name);
  return file ? write(address, file) : { kind: "stopped" };
}

async function chosen(picker: Picker, name: string): Promise<FileSystemFileHandle | null> {
  try {
    return await picker({ suggestedName: name });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      return null;
    }
    throw error;
  }
}

async function write(address: string, file: FileSystemFileHandle): Promise<Outcome> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort(new DOMException("not wanted any more", "AbortError"));
  const guard = (event: BeforeUnloadEvent): void => event.preventDefault();
  saving.now = { name: file.name, got_bytes: 0, all_bytes: null, part: null, stop };
  addEventListener("beforeunload", guard);
  // It would go on in the name of whoever comes next.
  sessionEvents.addEventListener("closed", stop);
  try {
    const out = await file.createWritable();
    try {
      await pour(
        address,
        { write: (chunk) => out.write(chunk), restart: () => out.truncate(0).then(() => out.seek(0)) },
        {
          signal: stopping.signal,
          onPart: (poured) => (saving.now = { ...poured, name: file.name, stop }),
        },
      );
      await out.close();
      return { kind: "saved", name: file.name };
    } catch (error) {
      await out.abort().catch(() => undefined);
      throw error;
    }
  } catch (error) {
    await removeIfEmpty(file);
    if (stopping.signal.aborted) {
      return { kind: "stopped" };
    }
    throw error;
  } finally {
    removeEventListener("beforeunload", guard);
    sessionEvents.removeEventListener("closed", stop);
    saving.now = null;
  }
}

/** The picker made it, and nothing came into it; one that was there before has kept what it held. */
async function removeIfEmpty(file: FileSystemFileHandle & { remove?: () => Promise<void> }): Promise<void> {
  try {
    if ((await file.getFile()).size === 0) {
      await file.remove?.();
    }
  } catch {
    // Moved or locked meanwhile: an empty file harms nobody.
  }
}

/** A plain link would save a refusal as if it were the file: one byte is asked for first, which also renews the session. */
async function hand(address: string): Promise<void> {
  const url = new URL(address, location.origin);
  const probe = await send(new Request(url, { headers: { Range: "bytes=0-0" }, cache: "no-store" }));
  await probe.body?.cancel();
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
