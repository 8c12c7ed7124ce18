/** A cover for a song that has none: bars in the colours of stems, always the same ones for the same song. */

export interface Bar {
  x: number;
  y: number;
  height: number;
  /** Number of a stem's colour. */
  colour: number;
}

const BARS = 5;
const COLOURS = 6;
const FIELD = 48;

/** On a field of 48 by 48; each bar 6 wide. */
export function emblemOf(track_id: string): Bar[] {
  let state = hashOf(track_id);
  const next = (below: number): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
    state = (state ^ (state >>> 12)) >>> 0;
    return state % below;
  };
  return Array.from({ length: BARS }, (_, at) => {
    const height = 8 + 4 * next(8);
    return { x: 5 + at * 8, y: (FIELD - height) / 2, height, colour: 1 + next(COLOURS) };
  });
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash;
}
