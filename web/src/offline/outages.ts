/** Asking for what is needed whole: while there is no network it waits, and goes on once that is back. */

import { Problem } from "$/api/problem";

/** Rejects with what `ask` does where the network is there, and with the signal's reason. */
export async function throughOutages<Given>(signal: AbortSignal, ask: () => Promise<Given>): Promise<Given> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (navigator.onLine !== false || !isUnreachable(error)) {
        throw error;
      }
    }
    await untilOnline(signal);
  }
}

/** The connection may also break within an answer, which the reader of its body then tells. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Problem ? error.status === 0 : error instanceof TypeError;
}

function untilOnline(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const over = new AbortController();
    const end = (settle: () => void): void => {
      over.abort();
      settle();
    };
    addEventListener("online", () => end(resolve), { signal: over.signal });
    signal.addEventListener("abort", () => end(() => reject(signal.reason as Error)), { signal: over.signal });
  });
}
