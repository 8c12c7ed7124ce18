import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Engine, type EngineOptions } from "./engine";
import type { FromMixer } from "./messages";

vi.mock("./mixer.worklet.ts?worker&url", () => ({ default: "mixer.js" }));

const OPTIONS: EngineOptions = {
  rate_hz: 8000,
  channels: 2,
  stems: ["vocals", "drums"],
  fetchSegment: () => new Promise(() => undefined),
  judge: () => ({ retry_s: null, text: "" }),
  wait: async () => undefined,
};

class MadeContext {
  static last: MadeContext;
  readonly audioWorklet = { addModule: async () => undefined };
  readonly close = vi.fn(async () => undefined);
  readonly resume = async (): Promise<void> => undefined;
  readonly destination = {};
  state = "suspended";

  constructor() {
    MadeContext.last = this;
  }
}

class MadeNode {
  static last: MadeNode;
  readonly port = { postMessage: () => undefined, onmessage: (_event: { data: FromMixer }): void => undefined };

  constructor() {
    MadeNode.last = this;
  }

  connect(): void {}
  disconnect(): void {}
}

class MadeWorker {
  postMessage(): void {}
  terminate(): void {}
}

class Refusing {
  constructor() {
    throw new Error("refused");
  }
}

/** What the mixer tells. */
function tell(data: FromMixer): void {
  MadeNode.last.port.onmessage({ data });
}

function told(engine: Engine, name: string): () => number {
  const heard = vi.fn();
  engine.addEventListener(name, heard);
  return () => heard.mock.calls.length;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", MadeContext);
  vi.stubGlobal("AudioWorkletNode", MadeNode);
  vi.stubGlobal("Worker", MadeWorker);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("opening", () => {
  test.each(["AudioWorkletNode", "Worker"])("closes the context again where no %s can be had", async (name) => {
    vi.stubGlobal(name, Refusing);
    await expect(Engine.open(OPTIONS)).rejects.toThrow("refused");
    expect(MadeContext.last.close).toHaveBeenCalledOnce();
  });
});

describe("that tempo and pitch cannot be changed", () => {
  test("is told when the mixer says so", async () => {
    const engine = await Engine.open(OPTIONS);
    const faults = told(engine, "fault");
    tell({ kind: "stretchers", areOpen: true });
    expect(faults()).toBe(0);
    tell({ kind: "stretchers", areOpen: false });
    expect(faults()).toBe(1);
    await engine.close();
  });

  test("is told when it plays for long and the mixer has said nothing", async () => {
    const engine = await Engine.open(OPTIONS);
    const faults = told(engine, "fault");
    vi.advanceTimersByTime(60_000);
    expect(faults()).toBe(0);
    await engine.play();
    vi.advanceTimersByTime(60_000);
    expect(faults()).toBe(1);
    await engine.close();
  });

  test("is not told once the mixer is ready, nor after closing", async () => {
    const engine = await Engine.open(OPTIONS);
    const faults = told(engine, "fault");
    await engine.play();
    tell({ kind: "stretchers", areOpen: true });
    vi.advanceTimersByTime(60_000);
    const closed = await Engine.open(OPTIONS);
    const faultsAfter = told(closed, "fault");
    await closed.play();
    await closed.close();
    vi.advanceTimersByTime(60_000);
    expect([faults(), faultsAfter()]).toEqual([0, 0]);
    await engine.close();
  });
});

test("going round the loop is told, and going on is not", async () => {
  const engine = await Engine.open(OPTIONS);
  const turns = told(engine, "turn");
  const report = (position: number): void =>
    tell({
      kind: "report",
      at_s: 0,
      position,
      pace: 1,
      isQuiet: false,
      peaks: new Float32Array(2),
      turn: 0,
      held_samples: 0,
    });
  [100, 200, 300].forEach(report);
  expect(turns()).toBe(0);
  report(150);
  expect(turns()).toBe(1);
  await engine.close();
});
