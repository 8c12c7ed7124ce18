/** Draws a stem's waveform. */

import { beatFrom, isDownbeat, type Bars } from "$/audio/beats";
import type { Peaks } from "$/player/peaks";
import { partOf, timeAt, type Span } from "$/player/timeline";

const BAR_PX = 2;
const GAP_PX = 1;
const SILENT_PX = 1;
/** Quiet passages stay visible beside loud ones. */
const BEND = 0.7;
/** Beats and bars nearer together than this are not drawn. */
const BEAT_PX_MIN = 9;
const BAR_LINE_PX_MIN = 28;

export interface Drawing {
  width_px: number;
  height_px: number;
  /** Dots of the screen for each pixel. */
  density: number;
  span: Span;
  rate_hz: number;
  peaks: Peaks;
  beats_s: readonly number[];
  bars: Bars;
  colours: { wave: string; unknown: string; beat: string; bar: string };
}

export function drawWave(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { width_px, height_px, density } = drawing;
  const pen = canvas.getContext("2d");
  if (!pen || !width_px || !height_px) {
    return;
  }
  canvas.width = Math.round(width_px * density);
  canvas.height = Math.round(height_px * density);
  pen.scale(density, density);
  drawBeats(pen, drawing);
  drawBars(pen, drawing);
}

function drawBars(pen: CanvasRenderingContext2D, { span, rate_hz, peaks, colours, ...size }: Drawing): void {
  const step_px = BAR_PX + GAP_PX;
  const bars = Math.floor(size.width_px / step_px);
  for (let bar = 0; bar < bars; bar += 1) {
    const from = timeAt(span, (bar * step_px) / size.width_px) * rate_hz;
    const to = timeAt(span, ((bar + 1) * step_px) / size.width_px) * rate_hz;
    const isKnown = from < peaks.end_samples;
    const part = isKnown ? (peaks.highest(from, to) / 255) ** BEND : 0;
    const tall_px = Math.max(SILENT_PX, part * (size.height_px - 4));
    pen.fillStyle = isKnown ? colours.wave : colours.unknown;
    pen.fillRect(bar * step_px, (size.height_px - tall_px) / 2, BAR_PX, tall_px);
  }
}

function drawBeats(pen: CanvasRenderingContext2D, { span, beats_s, bars, colours, ...size }: Drawing): void {
  const first = beatFrom(beats_s, span.from_s);
  const last = beatFrom(beats_s, span.to_s);
  const beat_px = size.width_px / Math.max(1, last - first);
  if (beat_px * bars.downbeat_every < BAR_LINE_PX_MIN) {
    return;
  }
  for (let beat = first; beat < last; beat += 1) {
    const isBar = isDownbeat(bars, beat);
    if (isBar || beat_px >= BEAT_PX_MIN) {
      pen.fillStyle = isBar ? colours.bar : colours.beat;
      pen.fillRect(Math.round(partOf(span, beats_s[beat]!) * size.width_px), 0, 1, size.height_px);
    }
  }
}
