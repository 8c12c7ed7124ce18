/** Seconds of a plan as whole minutes: what is left is never overstated, what is used never understated. */

interface Used {
  settled_s: number;
  reserved_s: number;
  left_s: number;
}

export interface Part {
  kind: "used" | "reserved" | "left";
  minutes: number;
  percent: number;
}

export function partsOf({ settled_s, reserved_s, left_s }: Used): Part[] {
  const all_s = settled_s + reserved_s + left_s;
  const percent = (time_s: number): number => (all_s > 0 ? (100 * time_s) / all_s : 0);
  return [
    { kind: "used", minutes: Math.ceil(settled_s / 60), percent: percent(settled_s) },
    { kind: "reserved", minutes: Math.ceil(reserved_s / 60), percent: percent(reserved_s) },
    { kind: "left", minutes: Math.floor(left_s / 60), percent: percent(left_s) },
  ];
}
