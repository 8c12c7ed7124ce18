/** For a test: the browser's side of a service worker. */

type Handler = (event: object) => void;

export class MadeWorker {
  readonly location = { origin: "http://page.test" };
  claims = 0;
  readonly clients = { claim: async (): Promise<void> => void (this.claims += 1) };
  readonly #handlers = new Map<string, Handler>();

  addEventListener(name: string, handle: Handler): void {
    this.#handlers.set(name, handle);
  }

  /** Done when the worker says so; throws what it could not do. */
  async happen(name: "install" | "activate"): Promise<void> {
    const waits: Promise<unknown>[] = [];
    this.#handlers.get(name)?.({ waitUntil: (done: Promise<unknown>) => waits.push(done) });
    await Promise.all(waits);
  }

  /** What the worker answers; null where it leaves the request to the browser. */
  async ask(path: string, { mode = "cors", method = "GET" } = {}): Promise<Response | null> {
    const request = new Request(this.location.origin + path, { method });
    // Only a browser makes a navigation.
    Object.defineProperty(request, "mode", { value: mode });
    let answer: Promise<Response> | null = null;
    this.#handlers.get("fetch")?.({ request, respondWith: (given: Promise<Response>) => (answer = given) });
    return answer;
  }
}
