/**
 * One file to the server by tus: created, appended in pieces, asked how far it is after a failure, gone on with. The file
 * is never read as a whole; a piece is a slice that the browser reads while it sends it.
 */

import type { Upload, UploadOptions } from "tus-js-client";
import { Problem } from "$/api/problem";
import { backoff_s, untilOnline, type WaitingPorts } from "$/state/waiting";

const ENDPOINT = "/v1/uploads";
const CHUNK_BYTES = 8 * 1024 * 1024;
/** Of a server that is there and fails all the same. One that is away is waited for. */
const FAILURES_MAX = 8;
/** A connection that says nothing for so long is given up, and the server asked how far it got. */
const STALL_MS = 90_000;
const NAME_CHARACTERS_MAX = 500;
/** After these the server has to be asked where the upload goes on. */
const ASK_AGAIN = new Set([401, 409, 423, 460]);

/** The browser cannot read the file: it was moved, changed or taken away. */
export class FileUnreadable extends Error {}

export interface Told {
  /** The upload exists; what is given finds it again. */
  onPath(path: string): void;
  onProgress(sent_bytes: number): void;
  /** It waits for the network, or goes on. */
  onWaiting(isWaiting: boolean): void;
}

/** The network tells "offline" too. */
export interface SendingPorts extends WaitingPorts {
  newUpload(file: File, options: UploadOptions): Pick<Upload, "start" | "abort" | "url">;
  refresh(): Promise<void>;
  isOnline(): boolean;
}

/** Sends the whole file, from where `path` stands if it is given. Gives the upload's path. Throws Problem, FileUnreadable, or the signal's reason. */
export async function sendFile(
  file: File,
  path: string | null,
  told: Told,
  { ports, signal }: { ports: SendingPorts; signal: AbortSignal },
): Promise<string> {
  return new TusSending(file, told, ports, signal).run(path);
}

class TusSending {
  #path: string | null = null;
  #sent_bytes = 0;
  /** What the server said that it has. */
  #stored_bytes = 0;
  #failures = 0;
  #isRefreshed = false;

  constructor(
    private readonly file: File,
    private readonly told: Told,
    private readonly ports: SendingPorts,
    private readonly signal: AbortSignal,
  ) {}

  async run(path: string | null): Promise<string> {
    this.#path = path;
    for (;;) {
      this.signal.throwIfAborted();
      try {
        return await this.#attempt();
      } catch (error) {
        this.signal.throwIfAborted();
        await this.#recover(error);
      }
    }
  }

  /** One run of the library: it ends with the whole file there, or with the first failure. */
  #attempt(): Promise<string> {
    const { file, told, ports, signal } = this;
    return new Promise((resolve, reject) => {
      let isOver = false;
      let isFirst = true;
      let callOffStall = (): void => undefined;
      const end = (settle: () => void): void => {
        if (!isOver) {
          isOver = true;
          callOffStall();
          signal.removeEventListener("abort", onAbort);
          ports.network.removeEventListener("offline", onLost);
          settle();
        }
      };
      const giveUp = (reason: unknown): void => {
        end(() => reject(reason as Error));
        void upload.abort();
      };
      const onAbort = (): void => giveUp(signal.reason);
      const onLost = (): void => giveUp(Problem.unreachable());
      const watchStall = (): void => {
        callOffStall();
        callOffStall = ports.timer.after(STALL_MS, onLost);
      };
      const upload = ports.newUpload(file, {
        ...this.#options(),
        onUploadUrlAvailable: () => {
          this.#path = pathOf(upload.url ?? "");
          // The path alone: behind a proxy the server may know itself by another name.
          upload.url = this.#path;
          told.onPath(this.#path);
        },
        onProgress: (sent_bytes) => {
          watchStall();
          if (isFirst) {
            isFirst = false;
            this.#stored(sent_bytes);
          }
          this.#sent_bytes = sent_bytes;
          told.onProgress(Math.min(file.size, sent_bytes));
        },
        onChunkComplete: (_, accepted_bytes) => this.#stored(accepted_bytes),
        onSuccess: () => end(() => resolve(pathOf(upload.url ?? ""))),
        onError: (error) => end(() => reject(causeOf(error))),
      });
      signal.addEventListener("abort", onAbort, { once: true });
      ports.network.addEventListener("offline", onLost, { once: true });
      watchStall();
      upload.start();
    });
  }

  /** Whatever came further did not fail. */
  #stored(bytes: number): void {
    if (bytes > this.#stored_bytes) {
      this.#failures = 0;
      this.#isRefreshed = false;
    }
    this.#stored_bytes = bytes;
  }

  #options(): UploadOptions {
    return {
      endpoint: ENDPOINT,
      uploadUrl: this.#path,
      metadata: { filename: this.file.name.slice(-NAME_CHARACTERS_MAX) },
      chunkSize: CHUNK_BYTES,
      // Every failure comes here, so that one rule says when to go on.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onAfterResponse: (request, response) => {
        const status = response.getStatus();
        if (status < 400) {
          return;
        }
        const problem = Problem.from(status, response.getBody(), response.getHeader("Retry-After") ?? null);
        // Of a HEAD: there is no such upload any more, and the library begins a new one.
        if (!(request.getMethod() === "HEAD" && problem.isGone)) {
          throw problem;
        }
      },
    };
  }

  /** Wait for what is missing. Throws what cannot be helped. */
  async #recover(error: unknown): Promise<void> {
    if (!(error instanceof Problem) || !(error.isTransient || ASK_AGAIN.has(error.status))) {
      throw error;
    }
    if (error.status === 401) {
      if (this.#isRefreshed) {
        throw error;
      }
      this.#isRefreshed = true;
      await this.ports.refresh();
      return;
    }
    if (error.status === 0) {
      await this.#checkReadable();
    }
    // What was on its way may not have arrived: only what the server told of is certain.
    this.#sent_bytes = this.#stored_bytes;
    this.told.onProgress(this.#stored_bytes);
    this.told.onWaiting(true);
    if (this.ports.isOnline()) {
      this.#failures += 1;
      if (!error.isAway && this.#failures >= FAILURES_MAX) {
        throw error;
      }
      await untilOnline(1000 * backoff_s(this.#failures, error.retryAfter_s), this.ports, this.signal);
    } else {
      await untilOnline(null, this.ports, this.signal);
    }
    this.told.onWaiting(false);
  }

  /** A piece that cannot be read looks like a lost connection: reading a byte tells them apart. */
  async #checkReadable(): Promise<void> {
    try {
      await this.file.slice(this.#sent_bytes, this.#sent_bytes + 1).arrayBuffer();
    } catch {
      throw new FileUnreadable(this.file.name);
    }
  }
}

function pathOf(url: string): string {
  return new URL(url, globalThis.location?.href ?? "http://localhost").pathname;
}

/** tus wraps what a hook threw; a request without an answer is a lost connection. */
function causeOf(error: Error): Error {
  if ("originalRequest" in error) {
    const { causingError } = error as { causingError?: unknown };
    return causingError instanceof Problem ? causingError : Problem.unreachable();
  }
  return error;
}
