// Plays the stems of a track in step, from segments, while the rest is still being made.
//
// One AudioContext at the track's own rate, so that nothing is resampled and segments join sample by sample. Every stem
// of a segment is decoded before any of them is scheduled, and all start at one time, which is a whole frame.

import { Problem, pause as wait, textOf } from "./api.js";

const AHEAD_S = 15;
const LOADS_MAX = 2;
const LEAD_S = 0.08;
const LATE_S = 0.02;
const FADE_S = 0.012;
const TICK_MS = 200;
const RETRY_S_MAX = 8;

// state: idle | paused | buffering (the server has more) | waiting (for the separation) | playing | ended | failed
export class Playback extends EventTarget {
  constructor({ rate_hz, stems, fetchSegment, from_s = 0 }) {
    super();
    this.rate_hz = rate_hz;
    this.stems = stems;
    this.state = "idle";
    this.failure = "";
    this.isComplete = false;
    this.segments = [];
    this.fetchSegment = fetchSegment;
    this.context = contextAt(rate_hz);
    this.gains = new Map(stems.map((stem) => [stem, this.context.createGain()]));
    this.gains.forEach((gain) => gain.connect(this.context.destination));
    this.slots = new Map();
    this.stopping = new AbortController();
    this.startSample = Math.round(from_s * rate_hz); // where playing begins, or began after the last seek
    this.anchor = null; // { time_s, sample }: the song's sample that sounds at that time of the context
    this.endSample = 0; // one past the last scheduled sample
    this.wanted = false; // whether the listener wants sound
    this.timer = setInterval(() => this.turn(), TICK_MS);
  }

  get playable_s() {
    const last = this.segments.at(-1);
    return last ? (last.first_sample + last.length_samples) / this.rate_hz : 0;
  }

  get position_s() {
    return this.positionSample / this.rate_hz;
  }

  get positionSample() {
    if (!this.anchor) {
      return this.startSample;
    }
    const passed = (this.context.currentTime - this.anchor.time_s) * this.rate_hz;
    return Math.min(this.endSample, Math.max(this.startSample, this.anchor.sample + passed));
  }

  // Of segments in order; those already known are passed over.
  append(segments, isComplete) {
    for (const segment of segments) {
      if (segment.index === this.segments.length) {
        this.segments.push(segment);
      }
    }
    this.isComplete = isComplete;
    this.turn();
  }

  async play() {
    if (this.state === "ended") {
      this.seek(0);
    }
    this.wanted = true;
    this.failure = "";
    this.move(this.anchor ? "playing" : "buffering");
    await this.context.resume();
    this.turn();
  }

  async pause() {
    this.wanted = false;
    this.move("paused");
    await this.context.suspend();
  }

  // Goes there, or to the end of what is playable; gives where it went, in seconds.
  seek(to_s) {
    const last = this.segments.at(-1);
    const end = last ? last.first_sample + last.length_samples : 0;
    this.startSample = Math.round(Math.min(Math.max(0, to_s * this.rate_hz), end));
    this.unschedule();
    if (this.state !== "idle") {
      this.move(this.wanted ? "buffering" : "paused");
    }
    this.turn();
    return this.startSample / this.rate_hz;
  }

  setGain(stem, value) {
    const now = this.context.currentTime;
    // A step would click.
    this.gains.get(stem).gain.setTargetAtTime(value, now, FADE_S);
  }

  async close() {
    clearInterval(this.timer);
    this.stopping.abort();
    this.unschedule();
    this.slots.clear();
    await this.context.close();
  }

  // Everything that is due: forget what was played, load what comes next, schedule what is loaded.
  turn() {
    if (this.stopping.signal.aborted) {
      return;
    }
    const from = this.segmentAt(this.positionSample);
    const until = this.positionSample + AHEAD_S * this.rate_hz;
    const due = this.segments.slice(from).filter((segment) => segment.first_sample < until);
    this.forgetOutside(due);
    if (!this.failure) {
      this.load(due);
    }
    if (this.wanted) {
      this.schedule(due);
      this.judge();
    }
  }

  segmentAt(sample) {
    let low = 0;
    let high = this.segments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first_sample, length_samples } = this.segments[middle];
      if (first_sample + length_samples <= sample) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  forgetOutside(due) {
    const kept = new Set(due.map((segment) => segment.index));
    for (const [index, slot] of this.slots) {
      if (!kept.has(index)) {
        slot.loading.abort();
        this.slots.delete(index);
      }
    }
  }

  load(due) {
    let loads = [...this.slots.values()].filter((slot) => !slot.buffers).length;
    for (const segment of due) {
      if (loads >= LOADS_MAX) {
        return;
      }
      if (!this.slots.has(segment.index)) {
        loads += 1;
        const slot = { segment, buffers: null, sources: null, loading: new AbortController() };
        this.slots.set(segment.index, slot);
        this.fill(slot);
      }
    }
  }

  async fill(slot) {
    const signal = AbortSignal.any([slot.loading.signal, this.stopping.signal]);
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        const buffers = await Promise.all(this.stems.map((stem) => this.decoded(stem, slot.segment.index, signal)));
        signal.throwIfAborted();
        slot.buffers = buffers;
        this.turn();
        return;
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        if (!(error instanceof Problem && error.isTransient)) {
          this.slots.delete(slot.segment.index);
          this.fail(textOf(error));
          return;
        }
        await wait(Math.min(RETRY_S_MAX, error.retryAfter_s || tries), signal).catch(() => undefined);
      }
    }
  }

  async decoded(stem, index, signal) {
    const bytes = await this.fetchSegment(stem, index, signal);
    return this.context.decodeAudioData(bytes);
  }

  schedule(due) {
    for (const segment of due) {
      const slot = this.slots.get(segment.index);
      if (!slot?.buffers) {
        return;
      }
      if (!slot.sources) {
        this.start(slot);
      }
    }
  }

  start(slot) {
    const { first_sample, length_samples } = slot.segment;
    const from = Math.max(first_sample, this.anchor ? this.endSample : this.startSample);
    if (!this.anchor || this.timeOf(from) < this.context.currentTime + LATE_S) {
      this.anchorAt(from);
    }
    const when = this.timeOf(from);
    const offset_s = (from - first_sample) / this.rate_hz;
    slot.sources = slot.buffers.map((buffer, number) => {
      const source = this.context.createBufferSource();
      source.buffer = buffer;
      source.connect(this.gains.get(this.stems[number]));
      source.start(when, offset_s);
      return source;
    });
    this.endSample = first_sample + length_samples;
  }

  // A whole frame of the context, a little ahead: all stems are scheduled before it comes.
  anchorAt(sample) {
    const rate_hz = this.context.sampleRate;
    const frame = Math.ceil((this.context.currentTime + LEAD_S) * rate_hz);
    this.anchor = { time_s: frame / rate_hz, frame, sample };
    this.startSample = sample;
    this.endSample = sample;
  }

  timeOf(sample) {
    const { frame, time_s, sample: anchored } = this.anchor;
    const rate_hz = this.context.sampleRate;
    return rate_hz === this.rate_hz ? (frame + sample - anchored) / rate_hz : time_s + (sample - anchored) / this.rate_hz;
  }

  unschedule() {
    for (const slot of this.slots.values()) {
      slot.sources?.forEach((source) => source.stop());
      slot.sources = null;
    }
    this.anchor = null;
    this.endSample = 0;
  }

  judge() {
    const last = this.segments.at(-1);
    const end = last ? last.first_sample + last.length_samples : 0;
    if (this.anchor && this.positionSample < this.endSample) {
      this.move("playing");
    } else if (this.failure) {
      this.move("failed");
    } else if (this.positionSample < end) {
      this.move("buffering");
    } else if (!this.isComplete) {
      this.move("waiting");
    } else {
      this.startSample = end;
      this.unschedule();
      this.wanted = false;
      this.move("ended");
    }
  }

  fail(text) {
    this.failure = text;
    this.dispatchEvent(new Event("change"));
  }

  move(state) {
    if (state !== this.state) {
      this.state = state;
      this.dispatchEvent(new Event("change"));
    }
  }
}

// Some browsers refuse unusual rates; theirs then resamples, and stems stay in step all the same.
function contextAt(rate_hz) {
  try {
    return new AudioContext({ sampleRate: rate_hz, latencyHint: "interactive" });
  } catch {
    return new AudioContext({ latencyHint: "interactive" });
  }
}
