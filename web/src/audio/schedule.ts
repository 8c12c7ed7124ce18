// Which segments are to be in memory, for where the song is.

import { endOf, type LoopSamples, type StemSegment } from "./song";

const AHEAD_S_MAX = 15;
const AHEAD_S_MIN = 6;
const AHEAD_BYTES_MAX = 64 * 1024 * 1024;

/** The index of the segment that holds the sample; the number of segments when none does yet. */
export function segmentAt(segments: readonly StemSegment[], sample: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (segment && endOf(segment) <= sample) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

export function endOfAll(segments: readonly StemSegment[]): number {
  const last = segments.at(-1);
  return last ? endOf(last) : 0;
}

/** How far ahead to load: less of many stems at a high rate, which would fill a phone's memory. */
export function ahead_s(rate_hz: number, channels: number, stems: number): number {
  const bytesEachSecond = rate_hz * channels * stems * Float32Array.BYTES_PER_ELEMENT;
  return Math.min(AHEAD_S_MAX, Math.max(AHEAD_S_MIN, AHEAD_BYTES_MAX / bytesEachSecond));
}

/** The segments due, the most urgent first: along the way the song is going to be played, round its loop. */
export function dueSegments(
  segments: readonly StemSegment[],
  from_sample: number,
  ahead_samples: number,
  loop: LoopSamples | null,
  before_samples: number,
): StemSegment[] {
  const until = from_sample + ahead_samples;
  if (!loop || from_sample >= loop.to_sample || until < loop.to_sample) {
    return between(segments, from_sample, until);
  }
  const first = between(segments, from_sample, loop.to_sample);
  // The loop's edge is smoothed with what comes before its beginning.
  const again_from = Math.max(0, loop.from_sample - before_samples);
  const again_until = Math.min(loop.to_sample, loop.from_sample + until - loop.to_sample);
  return [...new Set([...first, ...between(segments, again_from, Math.max(again_until, loop.from_sample + 1))])];
}

function between(segments: readonly StemSegment[], from_sample: number, until_sample: number): StemSegment[] {
  const due = [];
  for (let index = segmentAt(segments, from_sample); index < segments.length; index += 1) {
    const segment = segments[index];
    if (!segment || segment.first_sample >= until_sample) {
      break;
    }
    due.push(segment);
  }
  return due;
}
