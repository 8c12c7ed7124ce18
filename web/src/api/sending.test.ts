import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pause } from "$/api/sending";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a pause", () => {
  it("ends at once with a signal that was given before it", async () => {
    const reason = new DOMException("not wanted", "AbortError");
    await expect(pause(60, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends at once with a signal that is given during it", async () => {
    const stopping = new AbortController();
    const pausing = pause(60, stopping.signal);
    stopping.abort(new DOMException("not wanted", "AbortError"));
    await expect(pausing).rejects.toMatchObject({ name: "AbortError" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves nothing at the signal when it is over", async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const pausing = pause(1, signal);
    await vi.advanceTimersByTimeAsync(1000);
    await pausing;
    expect(removed.mock.calls.map(([name, listen]) => [name, listen])).toEqual(
      added.mock.calls.map(([name, listen]) => [name, listen]),
    );
  });
});
