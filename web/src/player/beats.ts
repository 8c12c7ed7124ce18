/** The beat grid: where loop points fall. */

import { beatFrom } from "$/audio/beats";

const STEP_S = 0.1;

/** The nearest beat; the time itself where the grid does not reach, as in an intro without a beat. */
export function snapped(beats_s: readonly number[], time_s: number): number {
  const after = beatFrom(beats_s, time_s);
  const beats = [beats_s[after - 1], beats_s[after]].filter((beat) => beat !== undefined);
  const nearest = beats.sort((a, b) => Math.abs(a - time_s) - Math.abs(b - time_s))[0];
  return nearest !== undefined && Math.abs(nearest - time_s) <= usualGap_s(beats_s, after) ? nearest : time_s;
}

/** A loop between two times in any order, on the grid where there is one, at least a beat long there; null: too short. */
export function loopBetween(
  beats_s: readonly number[],
  one_s: number,
  other_s: number,
  length_s_min: number,
): { from_s: number; to_s: number } | null {
  const from_s = snapped(beats_s, Math.min(one_s, other_s));
  let to_s = snapped(beats_s, Math.max(one_s, other_s));
  if (to_s - from_s < length_s_min) {
    to_s = beats_s[beatFrom(beats_s, from_s + length_s_min)] ?? to_s;
  }
  return to_s - from_s >= length_s_min ? { from_s, to_s } : null;
}

/** As far between the beats as it was, so many of them further; of beats that are not known, tenths of a second. */
export function movedByBeats(beats_s: readonly number[], at_s: number, by: number): number {
  if (beats_s.length < 2) {
    return at_s + by * STEP_S;
  }
  return timeOf(beats_s, beatOf(beats_s, at_s) + by);
}

/** The grid goes on beyond its ends as it is beside them. */
function beatOf(beats_s: readonly number[], at_s: number): number {
  const after = Math.min(Math.max(1, beatFrom(beats_s, at_s)), beats_s.length - 1);
  const [before_s, after_s] = [beats_s[after - 1]!, beats_s[after]!];
  return after - 1 + (at_s - before_s) / (after_s - before_s);
}

function timeOf(beats_s: readonly number[], beat: number): number {
  const before = Math.min(Math.max(0, Math.floor(beat)), beats_s.length - 2);
  const [before_s, after_s] = [beats_s[before]!, beats_s[before + 1]!];
  return before_s + (beat - before) * (after_s - before_s);
}

function usualGap_s(beats_s: readonly number[], at: number): number {
  const index = Math.min(Math.max(1, at), beats_s.length - 1);
  const [before, after] = [beats_s[index - 1], beats_s[index]];
  return before === undefined || after === undefined ? 0 : after - before;
}
