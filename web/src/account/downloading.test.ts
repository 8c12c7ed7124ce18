import { beforeEach, describe, expect, it, vi } from "vitest";
import { keepSession } from "$/account/downloading";
import { sessionEvents } from "$/api/refresh";
import { settled } from "$/settled.fixture";

const { clock, refreshSession } = await vi.hoisted(async () => {
  const { HandTimer } = await import("$/state/timer.fixture");
  return { clock: { timer: new HandTimer() }, refreshSession: vi.fn() };
});
vi.mock("$/api/refresh", () => ({ sessionEvents: new EventTarget(), refreshSession }));
vi.mock("$/state/timer", () => ({
  timer: {
    after: (wait_ms: number, work: () => void) => clock.timer.after(wait_ms, work),
    now_ms: () => clock.timer.now_ms(),
  },
}));

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

async function pass(time_ms: number): Promise<void> {
  clock.timer.pass(time_ms);
  await settled();
}

describe("the session of a download", () => {
  beforeEach(async () => {
    vi.resetAllMocks();
    const { HandTimer } = await import("$/state/timer.fixture");
    clock.timer = new HandTimer();
    refreshSession.mockResolvedValue(undefined);
  });

  it("is renewed before it begins, and again before the cookie of that moment opens nothing more", async () => {
    await keepSession();
    expect(refreshSession).toHaveBeenCalledTimes(1);
    await pass(5 * MINUTE_MS);
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(3);
    for (const [since] of refreshSession.mock.calls) {
      // One that was renewed a moment ago by another tab is not renewed once more.
      expect(Date.now() - since).toBeGreaterThan(MINUTE_MS);
      expect(Date.now() - since).toBeLessThan(5 * MINUTE_MS);
    }
  });

  it("is renewed on after a server that was away", async () => {
    await keepSession();
    refreshSession.mockRejectedValueOnce(new Error("away"));
    await pass(5 * MINUTE_MS);
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(3);
  });

  it("is told where it cannot be renewed before, and is not renewed later", async () => {
    refreshSession.mockRejectedValueOnce(new Error("away"));
    await expect(keepSession()).rejects.toThrow("away");
    expect(clock.timer.isIdle).toBe(true);
  });

  it("is renewed on for what downloads already, also where a further download cannot begin", async () => {
    await keepSession();
    refreshSession.mockRejectedValueOnce(new Error("away"));
    await expect(keepSession()).rejects.toThrow("away");
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(3);
  });

  it("is renewed once for several downloads, and no longer than the last may take", async () => {
    await keepSession();
    await keepSession();
    refreshSession.mockClear();
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(1);
    await pass(25 * HOUR_MS);
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(1);
    expect(clock.timer.isIdle).toBe(true);
  });

  it("is left alone once it is over, also where it ends while it is being renewed", async () => {
    let come = (): void => undefined;
    await keepSession();
    refreshSession.mockReturnValueOnce(new Promise<void>((resolve) => (come = resolve)));
    await pass(5 * MINUTE_MS);
    sessionEvents.dispatchEvent(new Event("closed"));
    come();
    await settled();
    await pass(5 * MINUTE_MS);
    await pass(5 * MINUTE_MS);
    expect(refreshSession).toHaveBeenCalledTimes(2);
  });
});
