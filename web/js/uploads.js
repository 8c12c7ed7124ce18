// Songs on their way in: one is sent at a time, each has a row with its progress, a way to stop and a way to go on.

import { Problem, textOf } from "./api.js";
import { announce, byId, copyOf, setText } from "./page.js";
import { size } from "./text.js";
import { discard, fingerprint, forget, idOf, remembered, upload } from "./tus.js";

// The file itself is refused: sending the same again changes nothing.
const FOR_THE_FILE = new Set([413, 415, 422]);

// A song has one of these states: waiting, sending, checking, stopped (can go on), refused.
export class Uploads {
  constructor(tracks) {
    this.tracks = tracks;
    this.songs = [];
    this.isBusy = false;
    this.closed = false;
    this.list = byId("uploads");
    this.warn = (event) => this.isBusy && event.preventDefault();
    window.addEventListener("beforeunload", this.warn);
    this.showRemembered();
  }

  add(files) {
    for (const file of files) {
      const known = this.songs.find((song) => fingerprint(song.file) === fingerprint(file));
      if (known) {
        this.again(known);
        continue;
      }
      const song = { file, sent: 0, state: "waiting", stopping: null, url: null };
      this.show(song);
      this.songs.push(song);
      if (file.size === 0) {
        this.refuse(song, "This file is empty.", { isFinal: true });
      }
    }
    this.dropRemembered(files);
    this.work();
  }

  close() {
    this.closed = true;
    window.removeEventListener("beforeunload", this.warn);
    this.songs.forEach((song) => song.stopping?.abort(new DOMException("signed out", "AbortError")));
    this.list.replaceChildren();
  }

  async work() {
    if (this.isBusy) {
      return;
    }
    this.isBusy = true;
    try {
      for (let song = this.next(); song; song = this.next()) {
        await this.bring(song);
      }
    } finally {
      this.isBusy = false;
    }
  }

  next() {
    return this.closed ? undefined : this.songs.find((song) => song.state === "waiting");
  }

  async bring(song) {
    song.stopping = new AbortController();
    const { signal } = song.stopping;
    try {
      this.move(song, "sending");
      const onProgress = (sent) => {
        song.sent = sent;
        this.paint(song);
      };
      song.url = await upload(song.file, { signal, onProgress });
      this.move(song, "checking");
      const track = await this.tracks.create(idOf(song.url));
      forget(song.file);
      this.remove(song);
      announce(`${track.title} is uploaded.`);
    } catch (error) {
      if (!signal.aborted) {
        this.settle(song, error);
      }
    }
  }

  settle(song, error) {
    if (error instanceof Problem && !error.isTransient && error.status !== 401) {
      // It would be refused again: the next try begins from nothing.
      forget(song.file);
      this.refuse(song, textOf(error), { isFinal: FOR_THE_FILE.has(error.status) });
    } else {
      song.told = textOf(error);
      this.move(song, "stopped");
    }
  }

  refuse(song, told, { isFinal }) {
    song.told = told;
    song.isFinal = isFinal;
    this.move(song, "refused");
  }

  again(song) {
    if (song.state === "stopped" || (song.state === "refused" && !song.isFinal)) {
      this.move(song, "waiting");
      this.work();
    }
  }

  async cancel(song) {
    song.stopping?.abort(new DOMException("cancelled", "AbortError"));
    const url = song.url ?? localStorage.getItem(fingerprint(song.file));
    forget(song.file);
    this.remove(song);
    if (url && song.state !== "refused") {
      // Erased now rather than at its deadline; when that fails the deadline does it.
      await discard(url).catch(() => undefined);
    }
  }

  remove(song) {
    song.row.remove();
    this.songs = this.songs.filter((other) => other !== song);
  }

  move(song, state) {
    song.state = state;
    this.paint(song);
  }

  show(song) {
    const row = copyOf("upload-row").firstElementChild;
    row.querySelector(".row-title").textContent = song.file.name;
    row.querySelector("[data-act=retry]").addEventListener("click", () => this.again(song));
    row.querySelector("[data-act=remove]").addEventListener("click", () => this.cancel(song));
    song.row = row;
    this.list.append(row);
    this.paint(song);
  }

  paint(song) {
    const { row, file, sent, state } = song;
    const percent = file.size ? Math.floor((100 * sent) / file.size) : 0;
    const isOver = state === "stopped" || state === "refused";
    row.dataset.state = state;
    const told = {
      waiting: `Waiting · ${size(file.size)}`,
      sending: `Uploading ${percent} % of ${size(file.size)}`,
      checking: "Looking at the song…",
      stopped: `Stopped at ${percent} %. ${song.told}`,
      refused: song.told,
    };
    setText(row.querySelector(".row-status"), told[state]);
    const bar = row.querySelector("progress");
    bar.hidden = isOver;
    bar.setAttribute("aria-label", `Upload of ${file.name}`);
    if (state === "checking") {
      bar.removeAttribute("value");
    } else {
      bar.value = percent;
    }
    row.querySelector("[data-act=retry]").hidden = !isOver || (state === "refused" && song.isFinal);
    setText(row.querySelector("[data-act=remove]"), isOver ? "Remove" : "Cancel");
  }

  // A page may not open a file again by itself after a reload: the listener has to give it once more.
  showRemembered() {
    for (const { key, name } of remembered()) {
      const row = copyOf("upload-row").firstElementChild;
      row.dataset.state = "interrupted";
      row.dataset.key = key;
      row.querySelector(".row-title").textContent = name;
      row.querySelector(".row-status").textContent = "Interrupted. Choose or drop the same file again to go on with it.";
      row.querySelector("progress").hidden = true;
      const dismiss = row.querySelector("[data-act=remove]");
      dismiss.textContent = "Forget";
      dismiss.addEventListener("click", async () => {
        const url = localStorage.getItem(key);
        localStorage.removeItem(key);
        row.remove();
        await discard(url).catch(() => undefined);
      });
      this.list.append(row);
    }
  }

  dropRemembered(files) {
    const keys = new Set([...files].map(fingerprint));
    for (const row of this.list.querySelectorAll("[data-state=interrupted]")) {
      if (keys.has(row.dataset.key)) {
        row.remove();
      }
    }
  }
}
