import { afterEach, describe, expect, it, vi } from "vitest";
import { Problem } from "$/api/problem";
import { cutOff } from "$/offline/outage.fixture";
import { throughOutages } from "$/offline/outages";
import { settled } from "$/settled.fixture";

afterEach(() => vi.unstubAllGlobals());

describe("asking through an outage", () => {
  it.each([Problem.unreachable(), new TypeError("network error")])(
    "goes on once the network is back, after %s",
    async (fault) => {
      const network = cutOff();
      const ask = vi.fn(async () => (network.isBack ? "answer" : Promise.reject(fault)));
      const asked = throughOutages(new AbortController().signal, ask);
      await settled();
      network.comeBack();
      expect(await asked).toBe("answer");
      expect(ask).toHaveBeenCalledTimes(2);
    },
  );

  it.each([
    ["what the server refuses", new Problem(409, {}), false],
    ["that it is unreachable with a network", Problem.unreachable(), true],
    ["what went wrong here", new DOMException("no room", "QuotaExceededError"), false],
  ])("tells %s at once", async (_, fault, isOnline) => {
    cutOff();
    if (isOnline) {
      vi.stubGlobal("navigator", { onLine: true });
    }
    await expect(throughOutages(new AbortController().signal, () => Promise.reject(fault))).rejects.toBe(fault);
  });

  it("is called off while it waits, and where it was before", async () => {
    cutOff();
    const stopping = new AbortController();
    const ask = vi.fn(() => Promise.reject(Problem.unreachable()));
    const asked = throughOutages(stopping.signal, ask);
    await settled();
    stopping.abort(new DOMException("not wanted", "AbortError"));
    await expect(asked).rejects.toThrow("not wanted");
    await expect(throughOutages(stopping.signal, ask)).rejects.toThrow("not wanted");
  });
});
