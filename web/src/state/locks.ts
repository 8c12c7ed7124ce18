/** One tab at a time, over all tabs of this browser. */

/**
 * Does the work while this tab holds the lock; `isHeld` is false where `ifAvailable` was asked for and another has it. Without
 * locks, or where the browser forbids them with all that a page could keep, the work is done at once.
 */
export async function locked<T>(name: string, how: LockOptions, work: (isHeld: boolean) => Promise<T>): Promise<T> {
  const { locks } = navigator as Partial<Navigator>;
  // Absent on plain http to another machine.
  if (locks) {
    let hasBegun = false;
    try {
      return await locks.request(name, how, (lock) => {
        hasBegun = true;
        return work(lock !== null);
      });
    } catch (error) {
      if (hasBegun || !isForbidden(error)) {
        throw error;
      }
    }
  }
  how.signal?.throwIfAborted();
  return work(true);
}

/** Whether a person forbids pages to keep anything, and the browser with that all that tabs could share. */
export function isForbidden(error: unknown): boolean {
  return error instanceof DOMException && error.name === "SecurityError";
}

/** Names that begin so and are held by any tab, without that beginning. None where locks are absent or forbidden. */
export async function heldNames(prefix: string): Promise<ReadonlySet<string>> {
  const { locks } = navigator as Partial<Navigator>;
  const state = await locks?.query().catch((error: unknown) => {
    if (!isForbidden(error)) {
      throw error;
    }
  });
  const names = (state?.held ?? []).map(({ name }) => name ?? "");
  return new Set(names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
}
