/** The uploads of this tab: the queue with the real server, browser and network behind it. */

import { api } from "$/api/client";
import { Problem } from "$/api/problem";
import { refreshSession, sessionEvents } from "$/api/refresh";
import { LOCKS } from "$/browser/names";
import { announce } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { heldNames, locked } from "$/state/locks";
import { BrowserHandles, type FileHandle } from "$/state/keptHandles";
import { modelForNext } from "$/state/models.svelte";
import { RememberedUploads, uploadIdOf } from "$/state/rememberedUploads";
import { shelf } from "$/state/shelf";
import { timer } from "$/state/timer";
import { tracks } from "$/state/tracks.svelte";
import { sendFile, type SendingPorts, type Told } from "$/state/tusSending";
import { UploadQueue, type Stored } from "$/state/uploadQueue.svelte";
import { Waking } from "$/state/waking";

const RESUMABLE = { "Tus-Resumable": "1.0.0" } as const;
const LOCK = LOCKS.upload;
/** Held by each tab that was given songs, for as long as it is there. */
const TAB_LOCK = LOCKS.tab;
/** Told apart from other tabs alone: no secret, and random enough without a secure context. */
const TAB = Math.random().toString(36).slice(2);

export const uploads = new UploadQueue({
  remembered: new RememberedUploads(shelf),
  send,
  stored,
  discard: async (path) => {
    await api.DELETE("/v1/uploads/{upload_id}", { params: { header: RESUMABLE, path: pathParameter(path) } });
  },
  handles: new BrowserHandles(),
  tab: TAB,
  livingTabs: () => heldNames(TAB_LOCK),
  model: modelForNext,
  timer,
  network: globalThis,
  create: (upload_id, model) => tracks.create(upload_id, model),
  hold,
  heldElsewhere: () => heldNames(LOCK),
  arrived: (title) => announce(i18n.m.library.arrived(title)),
});

const waking = new Waking();
let isListening = false;
let isHolding = false;

/** Begin, in a tab where somebody is signed in: show what earlier visits left, and watch the network. */
export function beginUploads(): void {
  if (!isListening) {
    isListening = true;
    addEventListener("beforeunload", (event) => uploads.isBusy && event.preventDefault());
    addEventListener("online", () => uploads.againAfterLoss());
    sessionEvents.addEventListener("ended", () => uploads.stop());
    $effect.root(() => {
      $effect(() => waking.keep(uploads.isBusy));
    });
  }
  void uploads.recall();
}

/** Songs for the queue, from wherever in the page. */
export function giveSongs(songs: readonly File[], handles: ReadonlyMap<File, FileHandle>): void {
  beginUploads();
  if (!isHolding) {
    isHolding = true;
    // Until the page ends: what it was given is no other tab's to show.
    void locked(TAB_LOCK + TAB, {}, () => new Promise<never>(() => undefined));
  }
  uploads.add(songs, handles);
}

async function send(file: File, path: string | null, told: Told, signal: AbortSignal): Promise<string> {
  // Loaded when the first file comes: nothing before that needs it.
  const tus = await import("tus-js-client").catch(() => {
    throw Problem.unreachable();
  });
  const ports: SendingPorts = {
    newUpload: (input, options) => new tus.Upload(input, options),
    refresh: () => refreshSession(),
    timer,
    isOnline: () => navigator.onLine,
    network: window,
  };
  return sendFile(file, path, told, { ports, signal });
}

async function stored(path: string): Promise<Stored> {
  try {
    const { response } = await api.HEAD("/v1/uploads/{upload_id}", {
      params: { header: RESUMABLE, path: pathParameter(path) },
    });
    const { headers } = response;
    return {
      offset_bytes: Number(headers.get("Upload-Offset")),
      length_bytes: Number(headers.get("Upload-Length")),
    };
  } catch (error) {
    if (error instanceof Problem && error.isGone) {
      return null;
    }
    throw error;
  }
}

function pathParameter(path: string): { upload_id: string } {
  return { upload_id: uploadIdOf(path) };
}

function hold(key: string, work: () => Promise<void>): Promise<boolean> {
  return locked(LOCK + key, { ifAvailable: true }, async (isHeld) => {
    if (isHeld) {
      await work();
    }
    return isHeld;
  });
}
