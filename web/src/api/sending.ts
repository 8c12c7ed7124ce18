/** `fetch` with what every call to the gateway needs: one renewal of the session, patience with a busy server, Problems. */

import { takeAhead } from "$/api/ahead";
import { Problem } from "$/api/problem";
import { prove } from "$/api/proving";
import { refreshSession, sayEnded } from "$/api/refresh";

const TRIES_MAX = 3;
const WAIT_S_MAX = 10;
/** Of a request that is no part of a session: signing in, opening what was shared. */
export const UNSIGNED = "X-StripSession-Unsigned";

/** A response of a status below 400. Throws Problem, and the signal's reason when that is aborted. */
export async function send(request: Request): Promise<Response> {
  const isSigned = !request.headers.has(UNSIGNED);
  request.headers.delete(UNSIGNED);
  const isRepeatable = request.method === "GET" || request.method === "HEAD";
  let isRefreshed = false;
  let isProved = false;
  for (let tries = 1; ; tries += 1) {
    const ahead = takeAhead(request);
    const asked_at = ahead?.at ?? Date.now();
    // A body can be sent once: the copy goes, and the request stays for another try.
    const response = (await ahead?.answer) ?? (await sendOnce(request.clone()));
    request.signal.throwIfAborted();
    if (response.ok) {
      return response;
    }
    const problem = await Problem.of(response);
    if (problem.status === 401 && isSigned && !isRefreshed) {
      isRefreshed = true;
      await refreshSession(asked_at);
      continue;
    }
    if (problem.status === 401 && isSigned) {
      sayEnded();
    }
    if (problem.reason === "STEP_UP_REQUIRED" && !isProved) {
      isProved = await prove(problem.facts.methods?.split(" ").filter(Boolean) ?? []);
      if (isProved) {
        continue;
      }
    }
    if (!(isRepeatable && problem.isTransient) || tries >= TRIES_MAX) {
      throw problem;
    }
    await pause(Math.min(WAIT_S_MAX, problem.retryAfter_s || tries), request.signal);
  }
}

/** Rejects with the signal's reason when that is aborted first. */
export function pause(wait_s: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    const onAbort = (): void => end(() => reject(signal?.reason as Error));
    const timer = setTimeout(() => end(resolve), wait_s * 1000);
    signal?.addEventListener("abort", onAbort);
  });
}

async function sendOnce(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (request.signal.aborted) {
      throw error;
    }
    throw Problem.unreachable();
  }
}
