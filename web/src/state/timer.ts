/** What waits asks a timer for it, so that a test can let the time pass at once. */

export interface Timer {
  /** Do `work` after `wait_ms`; gives what calls it off. */
  after(wait_ms: number, work: () => void): () => void;
  /** Since some moment that stays the same. */
  now_ms(): number;
}

export const timer: Timer = {
  after(wait_ms, work) {
    const id = setTimeout(work, wait_ms);
    return () => clearTimeout(id);
  },
  now_ms: () => performance.now(),
};
