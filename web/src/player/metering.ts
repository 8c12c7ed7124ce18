/** How a meter follows a level: up at once, down slowly, on a scale of decibels. */

const FLOOR_DB = -48;
const FALL_DB_A_S = 30;
/** Where motion is to be little, a meter moves this often. */
const CALM_MS = 300;

/** 0 at the floor, 1 at full scale. */
export function partOfScale(level: number): number {
  const level_db = 20 * Math.log10(Math.max(level, 1e-9));
  return Math.min(1, Math.max(0, 1 - level_db / FLOOR_DB));
}

export class MeterFall {
  #part = 0;
  #shown_ms = -Infinity;
  #most = 0;

  /** Whether it still falls. */
  get isMoving(): boolean {
    return this.#part > 0;
  }

  /** What to show of a level that was heard until now; null: nothing new. */
  next(level: number, now_ms: number, isCalm: boolean): number | null {
    this.#most = Math.max(this.#most, level);
    const passed_ms = now_ms - this.#shown_ms;
    if (isCalm && passed_ms < CALM_MS && level > 0) {
      return null;
    }
    const fallen = this.#part - (FALL_DB_A_S * Math.min(1000, passed_ms)) / 1000 / -FLOOR_DB;
    const part = Math.max(0, fallen, partOfScale(this.#most));
    this.#shown_ms = now_ms;
    this.#most = 0;
    if (part === this.#part) {
      return null;
    }
    this.#part = part;
    return part;
  }
}
