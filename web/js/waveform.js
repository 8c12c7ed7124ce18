// A stem's waveform on a canvas, from the peaks that come with the manifest: one byte for each 1,024 samples.

const BLOCK_SAMPLES = 1024;
const BAR_PX = 2;
const GAP_PX = 1;
const BEND = 0.7; // quiet passages stay visible beside loud ones

export class Waveform {
  constructor(canvas) {
    this.canvas = canvas;
    this.peaks = new Uint8Array(4096);
    this.length = 0;
    this.duration_s = 0;
    this.rate_hz = 1;
  }

  append(base64) {
    const bytes = atob(base64 || "");
    if (this.length + bytes.length > this.peaks.length) {
      const larger = new Uint8Array(2 * (this.length + bytes.length));
      larger.set(this.peaks.subarray(0, this.length));
      this.peaks = larger;
    }
    for (let at = 0; at < bytes.length; at += 1) {
      this.peaks[this.length + at] = bytes.charCodeAt(at);
    }
    this.length += bytes.length;
  }

  draw() {
    const { canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !this.duration_s) {
      return;
    }
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const blocks = (this.duration_s * this.rate_hz) / BLOCK_SAMPLES;
    const bars = Math.floor(width / (BAR_PX + GAP_PX));
    for (let bar = 0; bar < bars; bar += 1) {
      const from = Math.floor((bar * blocks) / bars);
      const to = Math.max(from + 1, Math.floor(((bar + 1) * blocks) / bars));
      const isKnown = from < this.length;
      const tall = isKnown ? Math.max(2, (this.highest(from, to) / 255) ** BEND * (height - 6)) : 1;
      pen.fillStyle = isKnown ? style.color : style.borderTopColor;
      pen.fillRect(bar * (BAR_PX + GAP_PX), (height - tall) / 2, BAR_PX, tall);
    }
  }

  highest(from, to) {
    let most = 0;
    for (let at = from; at < Math.min(to, this.length); at += 1) {
      most = Math.max(most, this.peaks[at]);
    }
    return most;
  }
}
