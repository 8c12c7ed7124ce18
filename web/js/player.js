// The player view of one track: transport, a lane for each stem, keys. What sounds is playback.js's business.

import { paths, readJson, request, textOf } from "./api.js";
import { Lane } from "./lane.js";
import { canRetry, deleteTrack, downloadTrack, percentOf, retryTrack, statusOf, stopTrack } from "./library.js";
import { playerOf, rememberPlayer } from "./memory.js";
import { announce, byId, copyOf, setIcon, setText } from "./page.js";
import { Playback } from "./playback.js";
import { heardLine, reportLines } from "./report.js";
import { clock } from "./text.js";
import { isUnderWay } from "./tracks.js";

const STEP_S = 5;
const MANIFEST_EVERY_MS = 2000;

export class Player {
  constructor(tracks, trackId, { onGone }) {
    this.tracks = tracks;
    this.trackId = trackId;
    this.onGone = onGone;
    this.playback = null;
    this.lanes = [];
    this.reading = null;
    this.isScrubbing = false;
    this.stopping = new AbortController();
    this.view = byId("player-view");
    this.view.replaceChildren(copyOf("player-body"));
    this.listen();
    this.begin();
  }

  find(selector) {
    return this.view.querySelector(selector);
  }

  listen() {
    const { signal } = this.stopping;
    const seek = this.find(".seek");
    this.tracks.addEventListener("change", (event) => this.take(event.detail), { signal });
    this.find(".play").addEventListener("click", () => this.toggle());
    seek.addEventListener("input", () => {
      this.isScrubbing = true;
      this.showTime(Number(seek.value));
    });
    seek.addEventListener("change", () => {
      this.isScrubbing = false;
      this.seek(Number(seek.value));
    });
    const acts = { cancel: stopTrack, retry: retryTrack, delete: deleteTrack, download: downloadTrack };
    for (const [name, act] of Object.entries(acts)) {
      this.find(`[data-act=${name}]`).addEventListener("click", () => act(this.tracks, this.trackId));
    }
    window.addEventListener("pagehide", () => this.remember(), { signal });
    // A phone ends a page in the background without another word.
    document.addEventListener("visibilitychange", () => document.hidden && this.remember(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    window.addEventListener("resize", () => this.lanes.forEach((lane) => lane.wave.draw()), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.lanes.forEach((lane) => lane.wave.draw()), { signal });
  }

  async begin() {
    try {
      await this.tracks.find(this.trackId);
    } catch (error) {
      if (!this.stopping.signal.aborted) {
        this.onGone(textOf(error));
      }
      return;
    }
    this.find(".player-title").focus({ preventScroll: true });
    this.frame();
  }

  close() {
    this.remember();
    this.stopping.abort();
    clearTimeout(this.timer);
    this.playback?.close();
    this.view.replaceChildren();
    delete this.view.dataset.state;
  }

  take(track) {
    if (track.track_id !== this.trackId || this.stopping.signal.aborted) {
      return;
    }
    const moving = isUnderWay(track);
    document.title = `${track.title} – StripSession`;
    setText(this.find(".player-title"), track.title);
    setText(this.find(".player-artist"), track.artist);
    setText(this.find(".player-status"), track.state === "ready" ? "" : statusOf(track));
    const bar = this.find(".player-progress");
    bar.hidden = !moving;
    bar.value = percentOf(track);
    this.find("[data-act=download]").hidden = track.state !== "ready";
    this.find("[data-act=cancel]").hidden = !moving;
    this.find("[data-act=retry]").hidden = !canRetry(track);
    this.find(".warnings").replaceChildren(...track.warnings.map((warning) => {
      const item = document.createElement("li");
      item.textContent = warning;
      return item;
    }));
    this.readManifest();
  }

  // One reading at a time; again every two seconds while the track grows, whatever events do.
  async readManifest() {
    if (this.reading) {
      this.isStale = true;
      return;
    }
    clearTimeout(this.timer);
    this.isStale = false;
    const { signal } = this.stopping;
    const from = this.playback?.segments.length ?? 0;
    try {
      this.reading = readJson("GET", paths.manifest(this.trackId, from), { signal });
      this.grow(await this.reading);
    } catch (error) {
      if (!signal.aborted) {
        setText(this.find(".time-note"), textOf(error));
        this.isUnread = true;
      }
    }
    this.reading = null;
    if (signal.aborted) {
      return;
    }
    if (this.isStale) {
      this.readManifest();
    } else if (this.isUnread || isUnderWay(this.tracks.get(this.trackId) ?? {})) {
      this.isUnread = false;
      this.timer = setTimeout(() => this.readManifest(), MANIFEST_EVERY_MS);
    }
  }

  grow({ track, segments, report, analysis }) {
    this.showReport(report, analysis);
    if (!track.audio || !track.stems.length) {
      return;
    }
    if (this.playback && track.segments < this.playback.segments.length) {
      // It was begun again from nothing: what was loaded belongs to no track.
      this.playback.close();
      this.playback = null;
      this.isStale = true;
      return;
    }
    if (!this.playback) {
      this.prepare(track);
    }
    const fresh = segments.filter((segment) => segment.index >= this.playback.segments.length);
    const known = this.playback.segments.length + fresh.length;
    this.playback.append(fresh, !isUnderWay(track) && known >= track.segments);
    // A long song's manifest comes in pieces.
    this.isStale ||= fresh.length > 0 && known < track.segments;
    this.duration_s = Math.max(track.duration_s ?? 0, this.playback.playable_s);
    this.view.dataset.durationS = String(this.duration_s);
    this.find(".seek").max = String(this.duration_s);
    setText(this.find(".time-all"), clock(this.duration_s));
    this.lanes.forEach((lane) => lane.grow(fresh, this.duration_s, track.audio.sample_rate_hz));
    this.paint();
  }

  showReport(report, analysis) {
    const heard = this.find(".player-heard");
    setText(heard, heardLine(analysis));
    heard.hidden = !heard.textContent;
    this.find(".report").hidden = !report;
    if (!report) {
      return;
    }
    this.find(".report dl").replaceChildren(...reportLines(report, analysis).flatMap(([term, truth]) => {
      const name = document.createElement("dt");
      name.textContent = term;
      const value = document.createElement("dd");
      value.textContent = truth;
      return [name, value];
    }));
  }

  // Of a track that is gone nothing is kept.
  remember() {
    if (this.playback && this.tracks.get(this.trackId)) {
      const at_s = this.playback.state === "ended" ? 0 : this.playback.position_s;
      const lanes = Object.fromEntries(this.lanes.map((lane) => [lane.stem, lane.kept]));
      rememberPlayer(this.trackId, { at_s, lanes });
    }
  }

  prepare(track) {
    const left = playerOf(this.trackId);
    // Begun again, it may not reach so far yet.
    const from_s = left && left.at_s < track.playable_s ? left.at_s : 0;
    const fetchSegment = async (stem, index, signal) => {
      const response = await request("GET", paths.segment(this.trackId, stem, index), { signal });
      return response.arrayBuffer();
    };
    this.playback = new Playback({ rate_hz: track.audio.sample_rate_hz, stems: track.stems, fetchSegment, from_s });
    this.playback.addEventListener("change", () => this.paint());
    this.lanes = track.stems.map((stem, number) => new Lane(stem, number, {
      onChange: () => this.mix(),
      onSeek: (part) => this.seek(part * this.duration_s),
    }));
    this.lanes.forEach((lane) => left?.lanes[lane.stem] && lane.restore(left.lanes[lane.stem]));
    this.find(".lanes").replaceChildren(...this.lanes.map((lane) => lane.element));
    this.mix();
  }

  // With any stem soloed only soloed ones sound; mute always silences.
  mix() {
    const isSolo = this.lanes.some((lane) => lane.solo);
    for (const lane of this.lanes) {
      const sounds = !lane.muted && (!isSolo || lane.solo);
      lane.show(sounds);
      this.playback.setGain(lane.stem, sounds ? lane.gain : 0);
    }
  }

  toggle() {
    if (!this.playback) {
      return;
    }
    if (this.playback.wanted) {
      this.playback.pause();
    } else {
      this.playback.play();
    }
  }

  seek(to_s) {
    if (!this.playback) {
      return;
    }
    const went_s = this.playback.seek(to_s);
    if (to_s > went_s + 0.5) {
      const more = this.playback.isComplete ? "" : " It plays on as more arrives.";
      announce(`Only the first ${clock(this.playback.playable_s)} can be played so far.${more}`);
    }
    this.paint();
  }

  key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
      return;
    }
    const isSlider = target.matches("input[type=range]:not(.seek)");
    const stem = /^Digit([1-9])$/.exec(event.code);
    // A link does nothing on Space, and the one that opened this player still has the focus.
    if (event.key === " " && !target.matches("button")) {
      this.toggle();
    } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !isSlider && this.playback) {
      this.seek(this.playback.position_s + (event.key === "ArrowLeft" ? -STEP_S : STEP_S));
    } else if (stem && this.lanes[stem[1] - 1]) {
      this.lanes[stem[1] - 1].toggle(event.shiftKey ? "solo" : "muted");
    } else {
      return;
    }
    event.preventDefault();
  }

  frame() {
    if (!this.stopping.signal.aborted) {
      this.showPosition();
      requestAnimationFrame(() => this.frame());
    }
  }

  paint() {
    const { playback } = this;
    const button = this.find(".play");
    setIcon(button, playback.wanted ? "pause" : "play");
    button.setAttribute("aria-label", playback.wanted ? "Pause" : "Play");
    button.disabled = !playback.segments.length;
    this.view.dataset.state = playback.state;
    this.view.dataset.playableS = playback.playable_s.toFixed(3);
    this.view.style.setProperty("--playable", String(this.duration_s ? playback.playable_s / this.duration_s : 0));
    const told = {
      buffering: "Loading…",
      waiting: "Waiting for more of the song…",
      failed: playback.failure,
    };
    setText(this.find(".time-note"), playback.failure || (told[playback.state] ?? ""));
    this.showPosition();
  }

  showPosition() {
    if (!this.playback) {
      return;
    }
    const now_s = this.playback.position_s;
    this.view.dataset.positionS = now_s.toFixed(3);
    this.view.style.setProperty("--position", String(this.duration_s ? now_s / this.duration_s : 0));
    if (!this.isScrubbing) {
      this.find(".seek").value = String(now_s);
      this.showTime(now_s);
    }
  }

  showTime(time_s) {
    setText(this.find(".time-now"), clock(time_s));
    const text = `${clock(time_s)} of ${clock(this.duration_s)}`;
    if (this.find(".seek").getAttribute("aria-valuetext") !== text) {
      this.find(".seek").setAttribute("aria-valuetext", text);
    }
  }
}
