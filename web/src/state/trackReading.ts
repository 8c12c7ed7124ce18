/** Readings that may be overtaken by what is done here meanwhile. */

/** An answer that is from before no change here, which `changes` counts: else it is asked for anew, unless all is over. */
export async function unchanged<T>(ask: () => Promise<T>, changes: () => number, isOver: () => boolean): Promise<T> {
  for (;;) {
    const before = changes();
    const answer = await ask();
    if (before === changes() || isOver()) {
      return answer;
    }
  }
}
