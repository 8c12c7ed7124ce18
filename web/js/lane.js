// One stem's controls and waveform.

import { copyOf } from "./page.js";
import { stemName } from "./text.js";
import { Waveform } from "./waveform.js";

const COLOURS = 6;

export class Lane {
  constructor(stem, number, { onChange, onSeek }) {
    this.stem = stem;
    this.onChange = onChange;
    this.muted = false;
    this.solo = false;
    this.element = copyOf("lane").firstElementChild;
    const name = stemName(stem);
    this.element.dataset.stem = stem;
    this.element.dataset.colour = String((number % COLOURS) + 1);
    this.element.setAttribute("aria-label", name);
    this.element.querySelector(".lane-name").textContent = name;
    this.muteButton = this.button(".mute", "muted", `Mute ${name}`, `${number + 1}`);
    this.soloButton = this.button(".solo", "solo", `Solo ${name}`, `Shift+${number + 1}`);
    this.volume = this.element.querySelector(".volume");
    this.volume.setAttribute("aria-label", `Volume of ${name}`);
    this.volume.addEventListener("input", () => onChange());
    this.wave = new Waveform(this.element.querySelector("canvas"));
    // The seek slider does the same for those who use no pointer.
    this.element.querySelector(".wave").addEventListener("click", (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      onSeek((event.clientX - box.left) / box.width);
    });
  }

  button(selector, what, label, key) {
    const button = this.element.querySelector(selector);
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-keyshortcuts", key);
    button.title = `${label} (${key})`;
    button.addEventListener("click", () => this.toggle(what));
    return button;
  }

  // What is kept of it between visits.
  get kept() {
    return { volume: Number(this.volume.value), muted: this.muted, solo: this.solo };
  }

  restore({ volume, muted, solo }) {
    this.volume.value = String(volume);
    this.muted = muted === true;
    this.solo = solo === true;
  }

  toggle(what) {
    this[what] = !this[what];
    this.onChange();
  }

  // Loudness grows faster than the slider's lower half suggests when amplitude follows it straight; its square is even.
  get gain() {
    return (Number(this.volume.value) / 100) ** 2;
  }

  show(sounds) {
    this.muteButton.setAttribute("aria-pressed", String(this.muted));
    this.soloButton.setAttribute("aria-pressed", String(this.solo));
    this.volume.style.setProperty("--level", this.volume.value);
    this.volume.setAttribute("aria-valuetext", `${this.volume.value} percent`);
    this.element.dataset.gain = (sounds ? this.gain : 0).toFixed(4);
    this.element.classList.toggle("silent", !sounds);
  }

  grow(segments, duration_s, rate_hz) {
    const changed = segments.length > 0 || this.wave.duration_s !== duration_s;
    for (const segment of segments) {
      this.wave.append(segment.stems.find((part) => part.stem === this.stem)?.peaks);
    }
    this.wave.duration_s = duration_s;
    this.wave.rate_hz = rate_hz;
    if (changed) {
      this.wave.draw();
    }
  }
}
