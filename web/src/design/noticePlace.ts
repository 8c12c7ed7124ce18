/** Where notices lie: at an edge of the window where they cover nothing that a person may want to press. */

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const PLACES = ["below", "belowStart", "belowEnd", "above", "aboveStart", "aboveEnd"] as const;
export type Place = (typeof PLACES)[number];

export interface Room {
  /** Where what is shown may lie, margins taken off; above what stands at the window's foot. */
  free: Box;
  /** Right to left. */
  isMirrored: boolean;
}

/** Where notices of that size lie at a place. */
export function boxAt(place: Place, size: { width: number; height: number }, { free, isMirrored }: Room): Box {
  const isLeft = place.endsWith(isMirrored ? "End" : "Start");
  const isRight = place.endsWith(isMirrored ? "Start" : "End");
  const spare = free.right - free.left - size.width;
  const left = free.left + (isLeft ? 0 : isRight ? spare : spare / 2);
  const top = place.startsWith("below") ? free.bottom - size.height : free.top;
  return { left, right: left + size.width, top, bottom: top + size.height };
}

/**
 * The place that covers least: what has the focus before all, then what can be pressed. Where they lie already is left
 * only for one that is better.
 */
export function bestPlace(
  now: Place,
  size: { width: number; height: number },
  room: Room,
  controls: readonly Box[],
  focused: Box | null,
): Place {
  const costOf = (place: Place): [number, number] => {
    const box = boxAt(place, size, room);
    return [focused ? covered(box, focused) : 0, controls.reduce((sum, control) => sum + covered(box, control), 0)];
  };
  let best = now;
  let least = costOf(now);
  for (const place of PLACES) {
    const cost = costOf(place);
    if (cost[0] < least[0] || (cost[0] === least[0] && cost[1] < least[1])) {
      best = place;
      least = cost;
    }
  }
  return best;
}

/**
 * Whether they are so wide that nothing is beside them. Then they lie at the foot, where the page's end leaves them room:
 * at the head they would lie over what stands still there, which nobody can scroll free.
 */
export function fills(width: number, { free }: Room): boolean {
  return width > (free.right - free.left) * 0.8;
}

/** How far what has the focus reaches under those that lie below, in pixels; 0 where it does not. */
export function hiddenBelow(focused: Box, height: number, { free }: Room): number {
  const top = free.bottom - height;
  return focused.bottom > top && focused.top < free.bottom ? focused.bottom - top : 0;
}

function covered(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
