/** A download into a file as it comes: never whole in memory, and going on where the connection broke. */

import { Problem } from "$/api/problem";
import { pause, send } from "$/api/sending";
import { FlacGauge } from "$/sharing/flacGauge";

const BREAKS_MAX = 5;
const BREAK_S = 1;

export interface Sink {
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** What was written counts no more. */
  restart(): Promise<void>;
}

export interface Poured {
  got_bytes: number;
  /** Null where only making the file tells. */
  all_bytes: number | null;
  /** 0 to 1 of the file, by its bytes or by what it says of itself; null where nobody knows. */
  part: number | null;
}

export interface Pouring {
  signal: AbortSignal;
  onPart: (poured: Poured) => void;
  /** Waits before another try; asked for, so that a test need not. */
  wait?: (wait_s: number, signal: AbortSignal) => Promise<void>;
}

/** Fetch all of it. Throws Problem, the signal's reason, or what the sink throws. */
export async function pour(address: string, sink: Sink, { signal, onPart, wait = pause }: Pouring): Promise<void> {
  let got_bytes = 0;
  /** The most that was ever here: a file that always begins anew and breaks at the same place comes no further. */
  let most_bytes = 0;
  let etag = "";
  let breaks = 0;
  for (;;) {
    const headers: HeadersInit = got_bytes && etag ? { Range: `bytes=${got_bytes}-`, "If-Range": etag } : {};
    const url = new URL(address, location.origin);
    const response = await answerTo(new Request(url, { headers, signal, cache: "no-store" }), most_bytes > 0);
    if (response) {
      if (got_bytes && response.status !== 206) {
        await sink.restart();
        got_bytes = 0;
      }
      etag = response.headers.get("Accept-Ranges") === "bytes" ? (response.headers.get("ETag") ?? "") : "";
      const length = response.headers.get("Content-Length");
      const all_bytes = length === null ? null : got_bytes + Number(length);
      // It measures from the first byte on; only what has no length, and thus no ranges, has need of it.
      const gauge = all_bytes === null && isFlac(response) ? new FlacGauge() : null;
      const tell = (): void =>
        onPart({ got_bytes, all_bytes, part: all_bytes ? got_bytes / all_bytes : (gauge?.part ?? null) });
      tell();
      const isWhole = await drain(response, signal, async (chunk) => {
        await sink.write(chunk);
        got_bytes += chunk.byteLength;
        gauge?.take(chunk);
        if (got_bytes > most_bytes) {
          most_bytes = got_bytes;
          breaks = 0;
        }
        tell();
      });
      if (isWhole && (all_bytes === null || got_bytes >= all_bytes)) {
        return;
      }
    }
    if (breaks >= BREAKS_MAX) {
      throw Problem.unreachable();
    }
    breaks += 1;
    await wait(BREAK_S * breaks, signal);
  }
}

function isFlac({ headers }: Response): boolean {
  return headers.get("Content-Type") === "audio/flac";
}

/** Null where a download that has begun finds no server just now. */
async function answerTo(request: Request, hasBegun: boolean): Promise<Response | null> {
  try {
    return await send(request);
  } catch (error) {
    if (hasBegun && error instanceof Problem && error.isTransient) {
      return null;
    }
    throw error;
  }
}

/** Whether the stream ended by itself. What `take` throws, and an abort, is thrown on. */
async function drain(
  response: Response,
  signal: AbortSignal,
  take: (chunk: Uint8Array<ArrayBuffer>) => Promise<void>,
): Promise<boolean> {
  const reader = response.body?.getReader();
  while (reader) {
    const piece = await reader.read().catch(() => null);
    if (!piece) {
      signal.throwIfAborted();
      return false;
    }
    if (piece.done) {
      return true;
    }
    try {
      await take(piece.value);
    } catch (error) {
      await reader.cancel().catch(() => undefined);
      throw error;
    }
  }
  return true;
}
