/** The beat grid: where loop points fall. */

import { beatFrom } from "$/audio/beats";

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

function usualGap_s(beats_s: readonly number[], at: number): number {
  const index = Math.min(Math.max(1, at), beats_s.length - 1);
  const [before, after] = [beats_s[index - 1], beats_s[index]];
  return before === undefined || after === undefined ? 0 : after - before;
}
