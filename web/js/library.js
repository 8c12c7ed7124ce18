// The list of tracks and the drop zone.

import { textOf } from "./api.js";
import { showDownloads } from "./downloads.js";
import { byId, complain, confirmed, copyOf, setText } from "./page.js";
import { about, clock, shortMoment } from "./text.js";
import { isUnderWay } from "./tracks.js";

export class Library {
  constructor(tracks, uploads) {
    this.tracks = tracks;
    this.uploads = uploads;
    this.rows = new Map();
    this.openId = null;
    this.list = byId("tracks");
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    tracks.addEventListener("list", () => this.arrange(), { signal });
    tracks.addEventListener("change", (event) => this.paint(event.detail), { signal });
    byId("more").addEventListener("click", () => this.more(), { signal });
    byId("choose").addEventListener("click", () => byId("files").click(), { signal });
    byId("files").addEventListener("change", (event) => this.choose(event.target), { signal });
    this.takeDrops(signal);
  }

  close() {
    this.stopping.abort();
    this.list.replaceChildren();
  }

  async open() {
    this.tell("loading", "Loading your tracks…");
    try {
      await this.tracks.load();
      this.arrange();
    } catch (error) {
      this.tell("failed", textOf(error));
      const again = document.createElement("button");
      again.type = "button";
      again.className = "quiet";
      again.textContent = "Try again";
      again.addEventListener("click", () => this.open());
      byId("list-state").append(again);
    }
  }

  tell(state, text) {
    const place = byId("list-state");
    place.dataset.state = state;
    place.replaceChildren();
    place.textContent = text;
  }

  arrange() {
    const tracks = this.tracks.newestFirst;
    const known = new Set(tracks.map((track) => track.track_id));
    for (const [trackId, row] of this.rows) {
      if (!known.has(trackId)) {
        row.remove();
        this.rows.delete(trackId);
      }
    }
    let before = null;
    for (const track of tracks) {
      const row = this.rows.get(track.track_id) ?? this.rowOf(track);
      const place = before ? before.nextElementSibling : this.list.firstElementChild;
      if (place !== row) {
        this.list.insertBefore(row, place);
      }
      before = row;
    }
    this.markOpen(this.openId);
    byId("more").hidden = !this.tracks.nextCursor;
    if (this.tracks.isLoaded) {
      this.tell(tracks.length ? "full" : "empty", tracks.length ? "" : "No tracks yet. Your first song appears here.");
    }
  }

  async more() {
    try {
      await this.tracks.loadMore();
      this.arrange();
    } catch (error) {
      complain(error);
    }
  }

  rowOf(track) {
    const row = copyOf("track-row").firstElementChild;
    row.dataset.trackId = track.track_id;
    row.querySelector(".play-link").href = `#/track/${track.track_id}`;
    const acts = { cancel: stopTrack, retry: retryTrack, delete: deleteTrack, download: downloadTrack };
    for (const [name, act] of Object.entries(acts)) {
      row.querySelector(`[data-act=${name}]`).addEventListener("click", () => act(this.tracks, track.track_id));
    }
    this.rows.set(track.track_id, row);
    this.paint(track);
    return row;
  }

  paint(track) {
    const row = this.rows.get(track.track_id);
    if (!row) {
      return;
    }
    const moving = isUnderWay(track);
    row.dataset.state = track.state;
    row.dataset.percent = String(percentOf(track));
    const title = track.artist ? `${track.title} · ${track.artist}` : track.title;
    setText(row.querySelector(".row-title"), title);
    setText(row.querySelector(".row-status"), statusOf(track));
    setText(row.querySelector(".row-length"), track.duration_s ? clock(track.duration_s) : "");
    const added = row.querySelector(".row-added");
    added.dateTime = track.created_at;
    setText(added, shortMoment(track.created_at));
    const link = row.querySelector(".play-link");
    link.setAttribute("aria-label", `Open ${track.title}`);
    row.classList.toggle("playable", track.segments > 0);
    const bar = row.querySelector("progress");
    bar.hidden = !moving;
    bar.value = percentOf(track);
    bar.setAttribute("aria-label", `Separation of ${track.title}`);
    row.querySelector("[data-act=cancel]").hidden = !moving;
    row.querySelector("[data-act=retry]").hidden = !canRetry(track);
    row.querySelector("[data-act=download]").hidden = track.state !== "ready";
    for (const [name, verb] of [["cancel", "Cancel"], ["retry", "Try again with"], ["download", "Download"], ["delete", "Delete"]]) {
      row.querySelector(`[data-act=${name}]`).setAttribute("aria-label", `${verb} ${track.title}`);
    }
  }

  markOpen(trackId) {
    this.openId = trackId;
    for (const [id, row] of this.rows) {
      row.classList.toggle("open", id === trackId);
      row.querySelector(".play-link").setAttribute("aria-current", String(id === trackId));
    }
  }

  choose(input) {
    this.uploads.add([...input.files]);
    // Choosing the same file again must be a change again.
    input.value = "";
  }

  // The whole page takes drops: a file dropped beside the zone would otherwise replace the page.
  takeDrops(signal) {
    const zone = byId("drop");
    const isFiles = (event) => event.dataTransfer?.types.includes("Files");
    const over = (event) => {
      if (isFiles(event)) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        zone.classList.add("over");
      }
    };
    window.addEventListener("dragover", over, { signal });
    window.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"), { signal });
    window.addEventListener("drop", (event) => {
      zone.classList.remove("over");
      if (isFiles(event)) {
        event.preventDefault();
        this.uploads.add([...event.dataTransfer.files]);
      }
    }, { signal });
  }
}

export function percentOf(track) {
  if (track.state === "ready") {
    return 100;
  }
  const counted = track.duration_s ? (100 * track.playable_s) / track.duration_s : 0;
  return Math.min(99.9, track.percent ?? counted);
}

export function canRetry(track) {
  return track.state === "cancelled" ? track.upload_held : track.state === "failed" && track.failure?.retryable !== false;
}

export function statusOf(track) {
  if (track.state === "ready") {
    return "";
  }
  if (track.state === "failed") {
    return `Failed. ${track.failure?.message ?? ""} Nothing was charged.`;
  }
  if (track.state === "cancelled") {
    return "Cancelled. Nothing was charged.";
  }
  if (track.state === "checking") {
    return "Looking at the song…";
  }
  if (!track.segments) {
    const ahead = track.jobs_ahead ?? 0;
    return ahead ? `Waiting: ${ahead} ${ahead === 1 ? "song" : "songs"} ahead of yours` : "Starting…";
  }
  const left = typeof track.eta_s === "number" ? ` · ${about(track.eta_s)} left` : "";
  return `Separating ${Math.floor(percentOf(track))} %${left} · playable to ${clock(track.playable_s)}`;
}

export async function deleteTrack(tracks, trackId) {
  const { title } = tracks.get(trackId);
  const text = "The song and its stems are erased at once. This cannot be undone.";
  if (await confirmed({ title: `Delete “${title}”?`, text, yes: "Delete" })) {
    await attempt(() => tracks.delete(trackId));
  }
}

export async function stopTrack(tracks, trackId) {
  await attempt(() => tracks.cancel(trackId));
}

export async function retryTrack(tracks, trackId) {
  await attempt(() => tracks.retry(trackId));
}

export function downloadTrack(tracks, trackId) {
  showDownloads(tracks.get(trackId));
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    complain(error);
  }
}
