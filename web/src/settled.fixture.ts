/** For a test: what was begun goes on as far as it can without time passing. */

// Before a test puts its own clock in the place of the real one.
const turn = setImmediate;
const TURNS_MAX = 10_000;

/** All that waits for nothing but its turn has been done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void turn(resolve));
}

/** It goes on until this is so, however slow the machine is. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; turns < TURNS_MAX; turns += 1) {
    if (isSo()) {
      return;
    }
    await settled();
  }
  throw new Error(`it never came to this: ${isSo}`);
}
