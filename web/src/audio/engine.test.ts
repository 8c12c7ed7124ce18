import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Engine, type EngineOptions } from "./engine";
import type { FromMixer, ToMixer } from "./messages";

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
  readonly resume = vi.fn(async (): Promise<void> => undefined);
  readonly destination = {};
  readonly currentTime = 0;
  state = "suspended";
  onstatechange: () => void = () => undefined;
  getOutputTimestamp = () => ({ contextTime: 0, performanceTime: 0 });

  constructor() {
    MadeContext.last = this;
  }

  become(state: string): void {
    this.state = state;
    this.onstatechange();
  }
}

class MadeNode {
  static last: MadeNode;
  readonly told: ToMixer[] = [];
  readonly port = {
    postMessage: (message: ToMixer) => void this.told.push(message),
    onmessage: (_event: { data: FromMixer }): void => undefined,
  };
  onprocessorerror: () => void = () => undefined;

  constructor() {
    MadeNode.last = this;
  }

  connect(): void {}
  disconnect(): void {}
}

class MadeWorker {
  static last: MadeWorker;
  onerror: (event: { message: string }) => void = () => undefined;

  constructor() {
    MadeWorker.last = this;
  }

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

const SEGMENTS = [0, 1, 2].map((index) => ({ index, first_sample: index * 8000, length_samples: 8000 }));

/** Playing, with all that was asked for there. */
async function playing(options: Partial<EngineOptions> = {}): Promise<Engine> {
  const fetchSegment = async (): Promise<ArrayBuffer> => new ArrayBuffer(1);
  const engine = await Engine.open({ ...OPTIONS, fetchSegment, ...options });
  engine.append(SEGMENTS, true);
  void engine.play();
  MadeContext.last.become("running");
  for (const load of [1, 2, 3]) {
    await vi.advanceTimersByTimeAsync(1);
    tell({ kind: "held", load });
  }
  return engine;
}

describe("what the browser holds back", () => {
  test("is told as such, and plays on when it is let go", async () => {
    const engine = await playing();
    expect(engine.state).toBe("playing");
    MadeContext.last.become("interrupted");
    expect([engine.state, engine.wanted]).toEqual(["blocked", true]);
    MadeContext.last.become("running");
    expect(engine.state).toBe("playing");
    await engine.close();
  });

  test("is asked for again by who presses play again", async () => {
    const engine = await playing();
    MadeContext.last.become("interrupted");
    MadeContext.last.resume.mockClear();
    void engine.play();
    expect(MadeContext.last.resume).toHaveBeenCalledOnce();
    await engine.close();
  });

  test("is no error of the page, whatever the browser says", async () => {
    const engine = await playing();
    MadeContext.last.resume.mockRejectedValue(new Error("not now"));
    await expect(engine.play()).resolves.toBeUndefined();
    await engine.close();
  });
});

describe("a segment that cannot be had", () => {
  test("stops nothing where somebody goes elsewhere, and is asked for again by who comes back", async () => {
    const asked: number[] = [];
    const fetchSegment = async (_stem: string, index: number): Promise<ArrayBuffer> => {
      asked.push(index);
      return index === 0 ? Promise.reject(new Error("torn")) : new ArrayBuffer(1);
    };
    const engine = await Engine.open({ ...OPTIONS, fetchSegment, judge: () => ({ retry_s: null, text: "torn" }) });
    engine.append(SEGMENTS, true);
    void engine.play();
    await vi.advanceTimersByTimeAsync(1);
    expect([engine.state, engine.failure]).toEqual(["failed", "torn"]);
    engine.seek(1.5);
    await vi.advanceTimersByTimeAsync(1);
    expect([engine.state, engine.failure]).toEqual(["buffering", ""]);
    expect(asked).toContain(1);
    tell({ kind: "held", load: 2 });
    await vi.advanceTimersByTimeAsync(1);
    tell({ kind: "held", load: 3 });
    asked.length = 0;
    engine.seek(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toContain(0);
    await engine.close();
  });
});

describe("what has died", () => {
  test.each([
    ["mixer", () => MadeNode.last.onprocessorerror()],
    ["decoder", () => MadeWorker.last.onerror({ message: "gone" })],
  ])("such as the %s cannot be brought back by playing or going elsewhere", async (_name, die) => {
    const engine = await playing({ judge: (error) => ({ retry_s: null, text: String(error) }) });
    expect(engine.isBroken).toBe(false);
    die();
    expect(engine.isBroken).toBe(true);
    expect(engine.failure).toContain("EngineBroken");
    engine.seek(1);
    void engine.play();
    expect([engine.isBroken, engine.failure !== ""]).toEqual([true, true]);
    await engine.close();
  });

  test("such as the mixer plays nothing of what is loaded, and stays where it was", async () => {
    const engine = await playing({ judge: () => ({ retry_s: null, text: "dead" }) });
    const report = { kind: "report", at_s: 0, pace: 1, isQuiet: false, peaks: new Float32Array(2) } as const;
    tell({ ...report, position: 4000, turn: 0, held_samples: 0 });
    MadeNode.last.onprocessorerror();
    expect([engine.state, engine.position_s]).toEqual(["failed", 0.5]);
    await engine.close();
  });
});

test("a stem's drums are moved with all else where that is asked for", async () => {
  const engine = await Engine.open(OPTIONS);
  engine.moveDrums(true);
  expect(MadeNode.last.told).toContainEqual({ kind: "drums", areMoved: true });
  await engine.close();
});
