import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { madeFlac } from "$/sharing/flac.fixture";
import { pour, type Sink } from "$/sharing/pouring";

const ADDRESS = "/v1/tracks/trk_1/mix.wav";

class Page implements Sink {
  bytes: number[] = [];
  restarts = 0;

  async write(chunk: Uint8Array): Promise<void> {
    this.bytes.push(...chunk);
  }

  async restart(): Promise<void> {
    this.restarts += 1;
    this.bytes = [];
  }
}

/** Gives the chunks, then ends, or breaks as a lost connection does. */
function body(chunks: number[][], isBroken = false): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk) {
        controller.enqueue(new Uint8Array(chunk));
      } else if (isBroken) {
        controller.error(new TypeError("network error"));
      } else {
        controller.close();
      }
    },
  });
}

const RANGED = { "Accept-Ranges": "bytes", ETag: '"v1"' };

describe("a download into a file", () => {
  const asked: Request[] = [];
  /** Null where the network is away. */
  const answers: (Response | null)[] = [];
  let page: Page;
  let told: (number | null)[][];

  beforeEach(() => {
    asked.length = answers.length = 0;
    page = new Page();
    told = [];
    vi.stubGlobal("location", { origin: "http://page.test" });
    vi.stubGlobal("fetch", async (request: Request) => {
      asked.push(request);
      const answer = answers.shift();
      if (!answer) {
        throw new TypeError("fetch failed");
      }
      return answer;
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const poured = (signal = new AbortController().signal): Promise<void> =>
    pour(ADDRESS, page, {
      signal,
      onPart: ({ got_bytes, all_bytes, part }) => told.push([got_bytes, all_bytes, part]),
      wait: async () => undefined,
    });

  it("writes each chunk as it comes and tells how much of all there is", async () => {
    answers.push(new Response(body([[1, 2], [3]]), { headers: { "Content-Length": "3" } }));
    await poured();
    expect(page.bytes).toEqual([1, 2, 3]);
    expect(told).toEqual([
      [0, 3, 0],
      [2, 3, 2 / 3],
      [3, 3, 1],
    ]);
  });

  it("tells only what came where nobody knows how much it will be", async () => {
    answers.push(new Response(body([[1], [2]])));
    await poured();
    expect(told.at(-1)).toEqual([2, null, null]);
  });

  it("tells how far into the song a FLAC of unknown length has come", async () => {
    const [head, first, second] = madeFlac(4, 2);
    answers.push(new Response(body([head!, [...first!, ...second!]]), { headers: { "Content-Type": "audio/flac" } }));
    await poured();
    expect(told.map(([, , part]) => part)).toEqual([null, null, 0.25]);
  });

  it("goes on where the connection broke, as long as the file is the same", async () => {
    answers.push(new Response(body([[1, 2]], true), { headers: { ...RANGED, "Content-Length": "4" } }));
    answers.push(new Response(body([[3, 4]]), { status: 206, headers: { ...RANGED, "Content-Length": "2" } }));
    await poured();
    expect(page.bytes).toEqual([1, 2, 3, 4]);
    expect(page.restarts).toBe(0);
    expect(asked[1]!.headers.get("Range")).toBe("bytes=2-");
    expect(asked[1]!.headers.get("If-Range")).toBe('"v1"');
    expect(told.at(-1)).toEqual([4, 4, 1]);
  });

  it("begins anew where the server has another file now, or one without ranges", async () => {
    answers.push(new Response(body([[1, 2]], true), { headers: { ...RANGED, "Content-Length": "4" } }));
    answers.push(new Response(body([[5, 6, 7]]), { headers: { "Content-Length": "3" } }));
    await poured();
    expect(page.bytes).toEqual([5, 6, 7]);
    expect(page.restarts).toBe(1);
  });

  it("takes an end that comes too early for a break", async () => {
    answers.push(new Response(body([[1]]), { headers: { ...RANGED, "Content-Length": "2" } }));
    answers.push(new Response(body([[2]]), { status: 206, headers: { ...RANGED, "Content-Length": "1" } }));
    await poured();
    expect(page.bytes).toEqual([1, 2]);
  });

  it("gives up after some breaks, and says that the server cannot be reached", async () => {
    for (let tries = 0; tries < 6; tries += 1) {
      answers.push(new Response(body([], true), { headers: RANGED }));
    }
    await expect(poured()).rejects.toMatchObject({ reason: "UNREACHABLE" });
    expect(answers).toHaveLength(0);
  });

  it("goes on after a network that was away for a while", async () => {
    answers.push(new Response(body([[1, 2]], true), { headers: { ...RANGED, "Content-Length": "4" } }));
    answers.push(null, null, null);
    answers.push(new Response(body([[3, 4]]), { status: 206, headers: { ...RANGED, "Content-Length": "2" } }));
    await poured();
    expect(page.bytes).toEqual([1, 2, 3, 4]);
  });

  it("says at once that the server cannot be reached where nothing came yet", async () => {
    answers.push(null);
    await expect(poured()).rejects.toMatchObject({ reason: "UNREACHABLE" });
    expect(asked).toHaveLength(1);
  });

  it("takes a refusal in the middle for what it is", async () => {
    answers.push(new Response(body([[1]], true), { headers: { ...RANGED, "Content-Length": "2" } }));
    answers.push(Response.json({ detail: "The track is being deleted." }, { status: 409 }));
    await expect(poured()).rejects.toMatchObject({ status: 409 });
  });

  it("breaks as often as it likes while each time more comes", async () => {
    const length = 12;
    for (let at = 0; at < length; at += 1) {
      const headers = { ...RANGED, "Content-Length": String(length - at) };
      answers.push(new Response(body([[at]], true), { status: at ? 206 : 200, headers }));
    }
    answers.push(new Response(body([]), { status: 206, headers: { ...RANGED, "Content-Length": "0" } }));
    await poured();
    expect(page.bytes).toHaveLength(length);
  });

  it("gives up on a file that begins anew each time and comes no further", async () => {
    for (let tries = 0; tries < 6; tries += 1) {
      answers.push(new Response(body([[1, 2]], true), { headers: { "Content-Length": "4" } }));
    }
    await expect(poured()).rejects.toMatchObject({ reason: "UNREACHABLE" });
    expect(asked).toHaveLength(6);
  });

  it("throws a refusal in the server's words, and writes nothing of it", async () => {
    answers.push(Response.json({ detail: "The track is being deleted." }, { status: 409 }));
    await expect(poured()).rejects.toBeInstanceOf(Problem);
    expect(page.bytes).toEqual([]);
  });

  it("stops when it is cancelled, without another try", async () => {
    const stopping = new AbortController();
    page.write = async () => stopping.abort(new DOMException("stopped", "AbortError"));
    answers.push(new Response(body([[1]], true), { headers: RANGED }));
    await expect(poured(stopping.signal)).rejects.toMatchObject({ name: "AbortError" });
    expect(asked).toHaveLength(1);
  });

  it("stops with a disk that is full, and says so to its caller", async () => {
    page.write = async () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    answers.push(new Response(body([[1]]), { headers: RANGED }));
    await expect(poured()).rejects.toMatchObject({ name: "QuotaExceededError" });
  });
});
