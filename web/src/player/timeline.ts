/** The part of the song that the waveforms show, and what happens to it. All times in seconds of the song. */

export interface Span {
  from_s: number;
  to_s: number;
}

/** Nearer than this a waveform of a peak per 1,024 samples shows nothing more. */
const SPAN_S_MIN = 2;
/** The position is kept between these parts of what is shown. */
const LEADING = 0.9;
const BEHIND = 0.08;

export function wholeSong(duration_s: number): Span {
  return { from_s: 0, to_s: Math.max(duration_s, SPAN_S_MIN) };
}

export function isWhole(span: Span, duration_s: number): boolean {
  return span.from_s <= 0 && span.to_s >= Math.max(duration_s, SPAN_S_MIN) - 1e-6;
}

/** A span of `factor` times the length, in which `anchor_s` stays at its place. */
export function scaled(span: Span, duration_s: number, factor: number, anchor_s: number): Span {
  const length_s = span.to_s - span.from_s;
  const wanted_s = Math.min(Math.max(duration_s, SPAN_S_MIN), Math.max(SPAN_S_MIN, length_s * factor));
  const part = (anchor_s - span.from_s) / length_s;
  return fitted(anchor_s - part * wanted_s, wanted_s, duration_s);
}

export function moved(span: Span, duration_s: number, by_s: number): Span {
  return fitted(span.from_s + by_s, span.to_s - span.from_s, duration_s);
}

/** Turned like a page when the position leaves it. */
export function following(span: Span, duration_s: number, position_s: number): Span {
  const length_s = span.to_s - span.from_s;
  const isIn = position_s >= span.from_s && position_s <= span.from_s + LEADING * length_s;
  const isAtEnd = position_s >= span.from_s && span.to_s >= duration_s;
  return isIn || isAtEnd ? span : fitted(position_s - BEHIND * length_s, length_s, duration_s);
}

/** Where a time lies in what is shown: 0 at its beginning, 1 at its end. */
export function partOf(span: Span, time_s: number): number {
  return (time_s - span.from_s) / (span.to_s - span.from_s);
}

export function timeAt(span: Span, part: number): number {
  return span.from_s + part * (span.to_s - span.from_s);
}

const STEPS_S = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200];

/** Times to write on a ruler that has room for so many. */
export function ticks(span: Span, room: number): number[] {
  const length_s = span.to_s - span.from_s;
  const step_s = STEPS_S.find((step) => length_s / step <= room) ?? STEPS_S.at(-1)!;
  const times: number[] = [];
  for (let at = Math.ceil(span.from_s / step_s); at * step_s <= span.to_s; at += 1) {
    times.push(at * step_s);
  }
  return times;
}

function fitted(from_s: number, length_s: number, duration_s: number): Span {
  const from = Math.max(0, Math.min(from_s, Math.max(duration_s, SPAN_S_MIN) - length_s));
  return { from_s: from, to_s: from + length_s };
}
