import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Output } from "./output";

class MadeContext {
  static last: MadeContext;
  state = "suspended";
  onstatechange: () => void = () => undefined;
  readonly resume = vi.fn(async () => undefined);
  readonly suspend = vi.fn(async () => undefined);
  readonly close = vi.fn(async () => undefined);
  currentTime = 0;
  outputLatency = 0;
  baseLatency = 0;
  timestamp = { contextTime: 0, performanceTime: 0 };
  readonly getOutputTimestamp = () => this.timestamp;
  /** What the browser's sound was when this began. */
  readonly session = (navigator as { audioSession?: { type: string } }).audioSession?.type;

  constructor() {
    MadeContext.last = this;
  }

  become(state: string): void {
    this.state = state;
    this.onstatechange();
  }
}

let output: Output;
let heldBack: boolean[];

function made(): MadeContext {
  output = new Output(44_100);
  output.onchange = () => heldBack.push(output.isHeldBack);
  return MadeContext.last;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("AudioContext", MadeContext);
  heldBack = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe("what is heard now", () => {
  /** What is given now is heard after so long. */
  const WAY_S = 0.2;

  function heard(timestamp: { contextTime: number; performanceTime: number }): number {
    vi.spyOn(performance, "now").mockReturnValue(5000);
    Object.assign(made(), { currentTime: 10, baseLatency: 0.01, outputLatency: WAY_S, timestamp });
    return output.heard_s;
  }

  test("is what was given as long ago as the way to the loudspeaker takes", () => {
    expect(heard({ contextTime: 10 - WAY_S - 0.03, performanceTime: 4970 })).toBeCloseTo(10 - WAY_S);
  });

  test("is that too where the browser has not told of any yet", () => {
    expect(heard({ contextTime: 0, performanceTime: 0 })).toBeCloseTo(10 - WAY_S);
  });

  test("is that too where it tells of the moment before it comes", () => {
    expect(heard({ contextTime: 10, performanceTime: 5000 + 1000 * WAY_S })).toBeCloseTo(10 - WAY_S);
  });

  test("is never what is not given yet", () => {
    expect(heard({ contextTime: 9.99, performanceTime: 4000 })).toBe(10);
  });

  test("goes on in WebKitGTK, which adds the context's age to the moment", () => {
    expect(heard({ contextTime: 9.9, performanceTime: 5000 + 9900 - 20 })).toBe(9.9);
  });

  test("is asked of Firefox by nothing that its audio thread could be waited for", () => {
    const context = Object.assign(made(), { currentTime: 10 });
    for (const name of ["outputLatency", "getOutputTimestamp"]) {
      Object.defineProperty(context, name, { get: () => expect.unreachable(`${name} was asked for`) });
    }
    expect(output.heard_s).toBe(10);
  });
});

describe("a phone's switch for its ring", () => {
  test("does not silence the song, which is no ring", () => {
    vi.stubGlobal("navigator", { audioSession: { type: "auto" } });
    expect(made().session).toBe("playback");
  });

  test("is nothing to a browser that knows no such thing, or will not be told", () => {
    vi.stubGlobal("navigator", {});
    expect(made().session).toBeUndefined();
    const refusing = Object.defineProperty({}, "type", {
      set: () => {
        throw new Error("refused");
      },
    });
    vi.stubGlobal("navigator", { audioSession: refusing });
    expect(() => made()).not.toThrow();
  });
});

describe("sound that was asked for", () => {
  test("and taken away while it was being started is asked for once more", async () => {
    const context = made();
    void output.start();
    context.state = "running";
    context.become("suspended");
    context.resume.mockClear();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(context.resume).toHaveBeenCalledTimes(1);
    context.become("running");
    expect(output.isHeldBack).toBe(false);
  });

  test("is not held back while it starts, nor once it runs", async () => {
    const context = made();
    await output.start();
    context.become("running");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(heldBack).toEqual([]);
  });

  test("is held back where the browser waits for a tap, until it runs", async () => {
    const context = made();
    context.resume.mockImplementation(() => new Promise(() => undefined));
    void output.start();
    await vi.advanceTimersByTimeAsync(5000);
    expect(heldBack).toEqual([true]);
    context.become("running");
    expect(heldBack).toEqual([true, false]);
  });

  test("is held back where the browser refuses, and the refusal is nobody's fault", async () => {
    const context = made();
    context.resume.mockRejectedValue(new Error("no device"));
    await output.start();
    expect(heldBack).toEqual([true]);
  });

  test("is held back during a call, and goes on by itself when the browser lets it", async () => {
    const context = made();
    await output.start();
    context.become("running");
    context.become("interrupted");
    expect(heldBack).toEqual([true]);
    context.resume.mockClear();
    context.become("suspended");
    expect(context.resume).toHaveBeenCalledOnce();
    context.become("running");
    expect(heldBack).toEqual([true, false]);
  });

  test("is not held back any more once nobody wants it", async () => {
    const context = made();
    await output.start();
    context.become("running");
    context.become("interrupted");
    output.stop();
    expect(heldBack).toEqual([true, false]);
    context.resume.mockClear();
    context.become("suspended");
    expect(context.resume).not.toHaveBeenCalled();
  });

  test("that begins again while the last of it comes to rest is not held back for that", async () => {
    const context = made();
    await output.start();
    context.become("running");
    output.stop();
    output.rest();
    await vi.advanceTimersByTimeAsync(5000);
    expect(context.suspend).toHaveBeenCalledOnce();
    void output.start();
    context.become("suspended");
    context.become("running");
    expect(heldBack).toEqual([]);
  });
});

test("a rest that was not reached when it plays again is not taken", async () => {
  const context = made();
  output.rest();
  await output.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(context.suspend).not.toHaveBeenCalled();
});

test("a closed one tells nothing any more", async () => {
  const context = made();
  void output.start();
  await output.close();
  await vi.advanceTimersByTimeAsync(5000);
  context.become("closed");
  expect(heldBack).toEqual([]);
});
