import type { HttpRequest, HttpResponse, UploadOptions } from "tus-js-client";
import { beforeEach, describe, expect, it } from "vitest";
import { Problem } from "$/api/problem";
import { settled } from "$/settled.fixture";
import { HandTimer } from "$/state/timer.fixture";
import { FileUnreadable, sendFile, type SendingPorts } from "$/state/tusSending";

/** As tus-js-client, with the answers that the test gives. */
class FakeUpload {
  url: string | null;
  isAborted = false;

  constructor(
    readonly options: UploadOptions,
    readonly file: File,
  ) {
    this.url = options.uploadUrl ?? null;
  }

  start(): void {
    starts.push(this);
  }

  async abort(): Promise<void> {
    this.isAborted = true;
  }

  created(path: string): void {
    this.url = `http://inside.test${path}`;
    this.options.onUploadUrlAvailable?.();
  }

  progressed(bytes: number): void {
    this.options.onProgress?.(bytes, this.file.size);
  }

  done(): void {
    this.options.onSuccess?.({ lastResponse: response(204) });
  }

  /** What tus does with a refusal: the hook throws, and its error is wrapped. */
  async answered(method: string, status: number, body = ""): Promise<boolean> {
    const request = { getMethod: () => method } as HttpRequest;
    try {
      await this.options.onAfterResponse?.(request, response(status, body));
      return true;
    } catch (causingError) {
      this.failed(causingError);
      return false;
    }
  }

  failed(causingError: unknown = null): void {
    this.options.onError?.(Object.assign(new Error("tus: it failed"), { originalRequest: {}, causingError }));
  }
}

const response = (status: number, body = ""): HttpResponse =>
  ({ getStatus: () => status, getBody: () => body, getHeader: () => undefined }) as unknown as HttpResponse;
/** Lets what was settled be noticed, without waiting for a clock. */

let starts: FakeUpload[];
let timer: HandTimer;
let network: EventTarget;
let isOnline: boolean;
let refreshes: number;
let seen: { paths: string[]; sent: number[]; waiting: boolean[] };
let stopping: AbortController;

const file = new File([new Uint8Array(1000)], "Night Train.flac", { lastModified: 1 });
const now = (): FakeUpload => starts.at(-1)!;

function begin(path: string | null = null, song: File = file): Promise<string> {
  const ports: SendingPorts = {
    newUpload: (input, options) => new FakeUpload(options, input),
    refresh: async () => void (refreshes += 1),
    timer,
    isOnline: () => isOnline,
    network,
  };
  const told = {
    onPath: (at: string) => seen.paths.push(at),
    onProgress: (bytes: number) => seen.sent.push(bytes),
    onWaiting: (isWaiting: boolean) => seen.waiting.push(isWaiting),
  };
  const sending = sendFile(song, path, told, { ports, signal: stopping.signal });
  sending.catch(() => undefined);
  return sending;
}

beforeEach(() => {
  starts = [];
  timer = new HandTimer();
  network = new EventTarget();
  isOnline = true;
  refreshes = 0;
  seen = { paths: [], sent: [], waiting: [] };
  stopping = new AbortController();
});

describe("one file on its way", () => {
  it("is created under its name, sent in pieces of 8 MiB, and told by its path alone", async () => {
    const sending = begin();
    expect(now().options).toMatchObject({ endpoint: "/v1/uploads", chunkSize: 8 * 1024 * 1024, uploadUrl: null });
    expect(now().options.metadata).toEqual({ filename: "Night Train.flac" });
    now().created("/v1/uploads/upl_1");
    now().progressed(400);
    now().done();
    expect(await sending).toBe("/v1/uploads/upl_1");
    expect(seen.paths).toEqual(["/v1/uploads/upl_1"]);
    expect(seen.sent).toEqual([400]);
  });

  it("goes on with the upload that was begun before", async () => {
    const sending = begin("/v1/uploads/upl_7");
    expect(now().options.uploadUrl).toBe("/v1/uploads/upl_7");
    now().done();
    expect(await sending).toBe("/v1/uploads/upl_7");
  });

  it("renews the session once when it is refused for that, and goes on where it was", async () => {
    const sending = begin();
    now().created("/v1/uploads/upl_1");
    await now().answered("PATCH", 401);
    await settled();
    expect(refreshes).toBe(1);
    expect(now().options.uploadUrl).toBe("/v1/uploads/upl_1");
    await now().answered("HEAD", 401);
    await expect(sending).rejects.toMatchObject({ status: 401 });
  });

  it("leaves the rest to tus where an upload is gone, so that a new one is begun", async () => {
    const sending = begin("/v1/uploads/old");
    expect(await now().answered("HEAD", 404)).toBe(true);
    now().created("/v1/uploads/upl_2");
    now().done();
    expect(await sending).toBe("/v1/uploads/upl_2");
  });

  it("ends with the server's words where it is refused", async () => {
    const sending = begin();
    await now().answered("POST", 413, JSON.stringify({ detail: "The file is too large.", reason: "UPLOAD_TOO_LARGE" }));
    await expect(sending).rejects.toMatchObject({ status: 413, reason: "UPLOAD_TOO_LARGE" });
  });

  /** Fails after each try, and lets the time pass until the next. */
  async function failAll(waits_ms: readonly number[], problem: Problem | null): Promise<void> {
    for (const wait_ms of waits_ms) {
      const before = starts.length;
      now().failed(problem);
      await settled();
      timer.pass(wait_ms - 1);
      await settled();
      expect(starts).toHaveLength(before);
      timer.pass(1);
      await settled();
      expect(starts).toHaveLength(before + 1);
    }
  }

  it("asks how far it got after a lost connection, later and later, and never gives up", async () => {
    const sending = begin();
    now().created("/v1/uploads/upl_1");
    await failAll([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000], null);
    now().done();
    expect(await sending).toBe("/v1/uploads/upl_1");
  });

  it("gives up in the end where the server is there and fails all the same", async () => {
    const sending = begin();
    now().created("/v1/uploads/upl_1");
    await failAll([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000], new Problem(500, {}));
    now().failed(new Problem(500, {}));
    await expect(sending).rejects.toMatchObject({ status: 500 });
  });

  it("counts failures anew once bytes arrived", async () => {
    void begin();
    now().created("/v1/uploads/upl_1");
    now().failed();
    await settled();
    timer.pass(1000);
    await settled();
    now().progressed(300);
    now().failed();
    await settled();
    timer.pass(1000);
    await settled();
    expect(starts).toHaveLength(3);
  });

  it("stops at once without a network, and goes on when that is back", async () => {
    const sending = begin();
    const first = now();
    first.created("/v1/uploads/upl_1");
    isOnline = false;
    network.dispatchEvent(new Event("offline"));
    await settled();
    expect(first.isAborted).toBe(true);
    expect(seen.waiting).toEqual([true]);
    timer.pass(3_600_000);
    await settled();
    expect(starts).toHaveLength(1);
    isOnline = true;
    network.dispatchEvent(new Event("online"));
    await settled();
    expect(seen.waiting).toEqual([true, false]);
    now().done();
    expect(await sending).toBe("/v1/uploads/upl_1");
  });

  it("gives a connection up that says nothing for long", async () => {
    void begin();
    now().created("/v1/uploads/upl_1");
    now().progressed(10);
    timer.pass(89_999);
    expect(now().isAborted).toBe(false);
    timer.pass(1);
    expect(now().isAborted).toBe(true);
  });

  it("tells a file that cannot be read any more from a lost connection", async () => {
    const moved = new File(["x"], "moved.wav");
    moved.slice = () => ({ arrayBuffer: () => Promise.reject(new DOMException("gone", "NotReadableError")) }) as never;
    const sending = begin(null, moved);
    now().failed();
    await expect(sending).rejects.toBeInstanceOf(FileUnreadable);
  });

  it("ends at once when it is cancelled, also while it waits", async () => {
    const sending = begin();
    now().failed();
    await settled();
    stopping.abort(new DOMException("cancelled", "AbortError"));
    await expect(sending).rejects.toMatchObject({ name: "AbortError" });
    expect(timer.isIdle).toBe(true);
  });

  it("ends at once when it is cancelled while the file is looked at", async () => {
    const slow = new File(["x"], "slow.wav");
    let read = (): void => undefined;
    slow.slice = () =>
      ({ arrayBuffer: () => new Promise((resolve) => (read = () => resolve(new ArrayBuffer(1)))) }) as never;
    const sending = begin(null, slow);
    now().failed();
    await settled();
    stopping.abort(new DOMException("cancelled", "AbortError"));
    read();
    await expect(sending).rejects.toMatchObject({ name: "AbortError" });
    expect(timer.isIdle).toBe(true);
  });

  it("waits as long as a busy server asks", async () => {
    void begin();
    now().failed(new Problem(429, {}, 7));
    await settled();
    timer.pass(6999);
    await settled();
    expect(starts).toHaveLength(1);
    timer.pass(1);
    await settled();
    expect(starts).toHaveLength(2);
  });
});
