import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://localhost", hostname: "localhost" }));

const { askForPasskey, offeredPasskey, RENEW_MS } = await import("$/entry/passkeySignIn");

const OPTIONS = { challenge: "AAEC", rpId: "localhost" };

describe("signing in with a passkey", () => {
  const asked: CredentialRequestOptions[] = [];
  let status = 200;
  let rpId = "localhost";

  beforeEach(() => {
    vi.useFakeTimers();
    asked.length = 0;
    status = 200;
    rpId = "localhost";
    vi.stubGlobal("document", Object.assign(new EventTarget(), { hidden: false }));
    vi.stubGlobal("fetch", async () => Response.json({ options: { ...OPTIONS, rpId } }, { status }));
    // As a browser: it waits for the person until it is taken back.
    vi.stubGlobal("navigator", {
      credentials: {
        get: (options: CredentialRequestOptions) =>
          new Promise((_, reject) => {
            asked.push(options);
            options.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
          }),
      },
    });
  });

  afterEach(() => void vi.useRealTimers());

  it("is offered anew before a question runs out, until the form goes", async () => {
    const form = new AbortController();
    const offered = offeredPasskey(form.signal);
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await vi.advanceTimersByTimeAsync(RENEW_MS);
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked.map(({ mediation }) => mediation)).toEqual(["conditional", "conditional"]);
    form.abort();
    expect(await offered).toBeUndefined();
    expect(asked[1]?.signal?.aborted).toBe(true);
  });

  it("is offered by no page that nobody sees", async () => {
    Object.assign(document, { hidden: true });
    const form = new AbortController();
    const offered = offeredPasskey(form.signal);
    await vi.advanceTimersByTimeAsync(RENEW_MS * 3);
    expect(asked).toHaveLength(0);
    Object.assign(document, { hidden: false });
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    form.abort();
    await offered;
  });

  it("is offered no more where the server has none", async () => {
    status = 409;
    expect(await offeredPasskey(new AbortController().signal)).toBeUndefined();
    expect(asked).toHaveLength(0);
  });

  it("is not asked for under another name than the server's", async () => {
    rpId = "us.example";
    await expect(askForPasskey("optional", new AbortController().signal)).rejects.toMatchObject({
      name: "SecurityError",
    });
    expect(asked).toHaveLength(0);
  });
});
