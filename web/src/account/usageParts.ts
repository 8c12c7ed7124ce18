/** The parts of a month's minutes: how many each has, and how wide it is drawn. */

import { minutesHad, minutesTaken } from "$/state/minutes";

interface Used {
  settled_s: number;
  reserved_s: number;
  /** Of the plan. */
  left_s: number;
  /** Beside it. */
  extra_s: number;
}

export interface Part {
  kind: "used" | "reserved" | "left" | "extra";
  minutes: number;
  percent: number;
}

export function partsOf({ settled_s, reserved_s, left_s, extra_s }: Used): Part[] {
  const all_s = settled_s + reserved_s + left_s + extra_s;
  const percent = (time_s: number): number => (all_s > 0 ? (100 * time_s) / all_s : 0);
  return [
    { kind: "used", minutes: minutesTaken(settled_s), percent: percent(settled_s) },
    { kind: "reserved", minutes: minutesTaken(reserved_s), percent: percent(reserved_s) },
    { kind: "left", minutes: minutesHad(left_s), percent: percent(left_s) },
    { kind: "extra", minutes: minutesHad(extra_s), percent: percent(extra_s) },
  ];
}
