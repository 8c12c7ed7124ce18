// Where the beats of a song lie, and which of them begin its bars.

/** The number of the first beat at that place or after it; places rise, in seconds or samples. */
export function beatFrom(beats: readonly number[], place: number): number {
  let low = 0;
  let high = beats.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (beats[middle]! < place) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Beats to a bar (0: there are no bars), and which beat of the song begins its first whole one. */
export interface Bars {
  downbeat_every: number;
  downbeat_first: number;
}

/** Of beats before the first one too, which are counted in. */
export function isDownbeat({ downbeat_every, downbeat_first }: Bars, beat: number): boolean {
  const after = beat - downbeat_first;
  return downbeat_every > 0 && ((after % downbeat_every) + downbeat_every) % downbeat_every === 0;
}
