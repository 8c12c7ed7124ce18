/** Waiting for a server that is away: longer each time, and no longer once the network comes back. */

import type { Timer } from "$/state/timer";

const WAIT_S_MAX = 30;

export interface WaitingPorts {
  timer: Timer;
  /** Tells "online". */
  network: EventTarget;
}

/** How long to wait after so many failures in a row; as long as a busy server asks for, within reason. */
export function backoff_s(failures: number, retryAfter_s = 0): number {
  return Math.min(WAIT_S_MAX, retryAfter_s || 2 ** (failures - 1));
}

/** Until `wait_ms` are over or the network comes back; without a time for the network alone. Rejects with the signal's reason. */
export function untilOnline(
  wait_ms: number | null,
  { timer, network }: WaitingPorts,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const end = (settle: () => void): void => {
      callOff();
      network.removeEventListener("online", onOnline);
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    const onOnline = (): void => end(resolve);
    const onAbort = (): void => end(() => reject(signal.reason as Error));
    const callOff = wait_ms === null ? () => undefined : timer.after(wait_ms, onOnline);
    network.addEventListener("online", onOnline);
    signal.addEventListener("abort", onAbort);
  });
}
