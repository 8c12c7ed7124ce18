import { describe, expect, test, vi } from "vitest";
import { Problem } from "$/api/problem";
import { ManifestReader } from "$/player/manifest";
import type { DeskManifest as Manifest } from "$/player/source";

function manifestOf(state: string, segments: number, from: number, count = segments - from): Manifest {
  const known = Array.from({ length: Math.max(0, count) }, (_, number) => ({ index: from + number, stems: [] }));
  return { track: { state, segments }, segments: known, report: null, analysis: null } as unknown as Manifest;
}

/** A reader whose waits last until the test ends them, and whose source answers what the test lines up. */
function stand(answers: (((from: number) => Manifest) | Error)[]) {
  const asked: number[] = [];
  const events: string[] = [];
  const waits: { wait_s: number; end: () => void }[] = [];
  const source = {
    readManifest: vi.fn(async (from: number) => {
      asked.push(from);
      const answer = answers.shift() ?? (() => manifestOf("ready", from, from));
      if (answer instanceof Error) {
        throw answer;
      }
      return answer(from);
    }),
  };
  const listener = {
    ongrow: (_: Manifest, fresh: { index: number }[], isComplete: boolean) =>
      void events.push(`${fresh.map((segment) => segment.index).join(",")}${isComplete ? " complete" : ""}`),
    onrestart: () => void events.push("restart"),
    onfault: (_: unknown, willRetry: boolean) => void events.push(willRetry ? "fault, goes on" : "fault"),
  };
  const wait = (wait_s: number): Promise<void> => new Promise((end) => waits.push({ wait_s, end }));
  const reader = new ManifestReader(source, listener, wait);
  const running = reader.run();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
    }
  };
  return { asked, events, waits, reader, running, settle };
}

describe("the manifest", () => {
  test("is read again every two seconds while it grows, from the first unknown segment on", async () => {
    const { asked, events, waits, settle } = stand([
      () => manifestOf("separating", 2, 0),
      () => manifestOf("separating", 2, 2),
      () => manifestOf("ready", 3, 2),
    ]);
    await settle();
    waits[0]!.end();
    await settle();
    waits[1]!.end();
    await settle();
    expect(asked).toEqual([0, 2, 2]);
    expect(events).toEqual(["0,1", "", "2 complete"]);
    expect(waits.map(({ wait_s }) => wait_s)).toEqual([2, 2]);
  });

  test("of a long song is read piece after piece, without a wait", async () => {
    const { asked, events, waits, settle } = stand([
      () => manifestOf("ready", 5, 0, 2),
      () => manifestOf("ready", 5, 2, 2),
      () => manifestOf("ready", 5, 4, 1),
    ]);
    await settle();
    expect(asked).toEqual([0, 2, 4]);
    expect(events).toEqual(["0,1", "2,3", "4 complete"]);
    expect(waits).toEqual([]);
  });

  test("that holds fewer segments than are known is begun anew", async () => {
    const { asked, events, reader, settle } = stand([
      () => manifestOf("failed", 3, 0),
      () => manifestOf("separating", 1, 3),
      () => manifestOf("separating", 1, 0),
    ]);
    await settle();
    reader.poke();
    await settle();
    expect(asked).toEqual([0, 3, 0]);
    expect(events).toEqual(["0,1,2 complete", "restart", "0"]);
  });

  test("is read at once when the track has changed", async () => {
    const { asked, reader, settle } = stand([() => manifestOf("separating", 1, 0), () => manifestOf("ready", 2, 1)]);
    await settle();
    reader.poke();
    await settle();
    expect(asked).toEqual([0, 1]);
  });

  test("is read once more when the track changed during a reading", async () => {
    const { asked, reader, settle } = stand([() => manifestOf("ready", 1, 0), () => manifestOf("ready", 1, 1)]);
    reader.poke();
    await settle();
    expect(asked).toEqual([0, 1]);
  });

  test("is asked for ever more rarely while the server is away", async () => {
    const away = [1, 2, 3].map(() => Problem.unreachable());
    const { events, waits, settle } = stand([...away, () => manifestOf("ready", 1, 0)]);
    for (let turn = 0; turn < 3; turn += 1) {
      await settle();
      waits[turn]!.end();
    }
    await settle();
    expect(waits.map(({ wait_s }) => wait_s)).toEqual([2, 4, 6]);
    expect(events).toEqual(["fault, goes on", "fault, goes on", "fault, goes on", "0 complete"]);
  });

  test("that is refused for good is not asked for again until somebody says so", async () => {
    const { asked, events, waits, reader, settle } = stand([new Problem(404, {}), () => manifestOf("ready", 1, 0)]);
    await settle();
    expect([events, waits]).toEqual([["fault"], []]);
    reader.poke();
    await settle();
    expect(asked).toEqual([0, 0]);
  });

  test("is not told to anybody after the reader was stopped", async () => {
    const { events, reader, running } = stand([() => manifestOf("ready", 1, 0)]);
    reader.stop();
    await running;
    expect(events).toEqual([]);
  });
});
