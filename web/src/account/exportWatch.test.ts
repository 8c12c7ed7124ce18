import { beforeEach, describe, expect, it, vi } from "vitest";
import { ExportWatch } from "$/account/exportWatch.svelte";
import { settled } from "$/settled.fixture";

const { api, clock } = await vi.hoisted(async () => {
  const { HandTimer } = await import("$/state/timer.fixture");
  return { api: { GET: vi.fn() }, clock: { timer: new HandTimer() } };
});
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));
vi.mock("$/state/timer", () => ({
  timer: {
    after: (wait_ms: number, work: () => void) => clock.timer.after(wait_ms, work),
    now_ms: () => clock.timer.now_ms(),
  },
}));

const MINUTE_MS = 60_000;
const list = (...states: string[]): object => ({ exports: states.map((state) => ({ state })), life_s: 604_800 });

describe("exports that are watched", () => {
  let isHidden = false;
  let watch: ExportWatch;

  async function pass(time_ms: number): Promise<void> {
    clock.timer.pass(time_ms);
    await settled();
  }

  beforeEach(async () => {
    vi.resetAllMocks();
    const { HandTimer } = await import("$/state/timer.fixture");
    clock.timer = new HandTimer();
    isHidden = false;
    watch = new ExportWatch(() => isHidden);
    api.GET.mockResolvedValue(list("preparing"));
  });

  it("are looked at until none is being prepared, and not once more", async () => {
    await watch.read();
    await pass(3_000);
    api.GET.mockResolvedValue(list("ready"));
    await pass(3_000);
    expect(watch.list?.exports.map(({ state }) => state)).toEqual(["ready"]);
    expect(clock.timer.isIdle).toBe(true);
  });

  it("are looked at on after a look that failed, which is told until one comes out well", async () => {
    await watch.read();
    api.GET.mockRejectedValueOnce(new Error("away"));
    await pass(3_000);
    expect(watch.problem).not.toBe("");
    expect(watch.list?.exports).toHaveLength(1);
    await pass(3_000);
    expect(watch.problem).toBe("");
    expect(api.GET).toHaveBeenCalledTimes(3);
  });

  it("are looked at less often once that has gone on for minutes", async () => {
    await watch.read();
    for (let passed_ms = 0; passed_ms < 5 * MINUTE_MS; passed_ms += 3_000) {
      await pass(3_000);
    }
    const eager = api.GET.mock.calls.length;
    for (let passed_ms = 0; passed_ms < 5 * MINUTE_MS; passed_ms += 3_000) {
      await pass(3_000);
    }
    expect(eager).toBe(101);
    expect(api.GET.mock.calls.length - eager).toBe(10);
  });

  it("are hardly looked at while nobody sees the page, and at once when somebody does", async () => {
    isHidden = true;
    await watch.read();
    await pass(4 * MINUTE_MS);
    await watch.wake();
    expect(api.GET).toHaveBeenCalledTimes(1);
    isHidden = false;
    await watch.wake();
    expect(api.GET).toHaveBeenCalledTimes(2);
    await pass(3_000);
    expect(api.GET).toHaveBeenCalledTimes(3);
  });

  it("that could not be read are read when the network is back, and such as are over are left alone", async () => {
    api.GET.mockRejectedValueOnce(new Error("away")).mockResolvedValue(list("ended"));
    await watch.read();
    await watch.wake();
    expect(watch.problem).toBe("");
    await watch.wake();
    expect(api.GET).toHaveBeenCalledTimes(2);
  });

  it("are as they were asked for last, whatever order the answers come in", async () => {
    let come = (_: object): void => undefined;
    api.GET.mockReturnValueOnce(new Promise((resolve) => (come = resolve))).mockResolvedValue(list("ready"));
    const first = watch.read();
    await watch.read();
    come(list("preparing"));
    await first;
    expect(watch.isPreparing).toBe(false);
    expect(clock.timer.isIdle).toBe(true);
  });

  it("are left alone once their view is", async () => {
    await watch.read();
    watch.stop();
    await pass(MINUTE_MS);
    expect(api.GET).toHaveBeenCalledTimes(1);
  });
});
