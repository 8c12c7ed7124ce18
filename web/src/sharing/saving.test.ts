import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sessionEvents } from "$/api/refresh";
import type { Pouring } from "$/sharing/pouring";
import { save, saving } from "$/sharing/saving.svelte";

const { begun, begin } = vi.hoisted(() => {
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  return { begun, begin };
});
vi.mock("$/sharing/pouring", () => ({
  pour: (_address: string, _sink: unknown, { signal }: Pouring) => {
    begin();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
  },
}));

const out = { abort: vi.fn(async () => undefined) };
const file = { name: "Night Train.wav", createWritable: async () => out, getFile: async () => new File(["x"], "x") };

beforeEach(() => {
  vi.stubGlobal("showSaveFilePicker", async () => file);
  vi.stubGlobal("addEventListener", vi.fn());
  vi.stubGlobal("removeEventListener", vi.fn());
});
afterEach(() => vi.unstubAllGlobals());

it("a download ends with the session that it was begun in", async () => {
  const outcome = save("/v1/tracks/trk_1/stems/drums.wav", "drums.wav");
  await begun;
  expect(saving.now?.name).toBe("Night Train.wav");
  sessionEvents.dispatchEvent(new Event("closed"));
  expect(await outcome).toEqual({ kind: "stopped" });
  expect(saving.now).toBeNull();
  expect(out.abort).toHaveBeenCalledOnce();
});
