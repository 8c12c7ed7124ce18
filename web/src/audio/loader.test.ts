import { expect, test } from "vitest";
import { Loader } from "./loader";
import { drawing, segmentsOf } from "./made.fixture";
import { dueSegments } from "./schedule";

class Desk {
  readonly decoding: { load: number; index: number }[] = [];
  readonly forgotten: number[] = [];
  readonly asked: string[] = [];
  readonly signals: AbortSignal[] = [];
  waited_s: number[] = [];
  faults: unknown[] = [];
  changes = 0;
  retry_s: number | null = null;

  readonly loader = new Loader({
    stems: ["vocals", "drums"],
    fetchSegment: async (stem, index, signal) => {
      this.asked.push(`${stem}/${index}`);
      this.signals.push(signal);
      if (this.faults.length) {
        throw this.faults.shift();
      }
      return new ArrayBuffer(1);
    },
    judge: (error) => ({ retry_s: this.retry_s, text: String(error) }),
    decode: ({ load, index }) => this.decoding.push({ load, index }),
    forget: (load) => this.forgotten.push(load),
    wait: async (delay_s) => void this.waited_s.push(delay_s),
    onChange: () => (this.changes += 1),
  });

  /** Everything promised so far has come. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) {
      await Promise.resolve();
    }
  }
}

test("what sounds first is loaded alone, then two at a time, all stems of each", async () => {
  const desk = new Desk();
  const due = segmentsOf([5, 5, 5, 5]);
  desk.loader.turn(due);
  await desk.settled();
  expect(desk.asked).toEqual(["vocals/0", "drums/0"]);
  desk.loader.held(desk.decoding[0]!.load);
  desk.loader.turn(due);
  desk.loader.turn(due);
  await desk.settled();
  expect(desk.decoding.map(({ index }) => index)).toEqual([0, 1, 2]);
});

test("what is no longer due is aborted, dropped wherever it is, and not held when it comes late", async () => {
  const desk = new Desk();
  const segments = segmentsOf([5, 5, 5, 5]);
  desk.loader.turn(segments.slice(0, 1));
  await desk.settled();
  const { load } = desk.decoding[0]!;
  desk.loader.turn(segments.slice(3));
  expect(desk.signals[0]?.aborted).toBe(true);
  expect(desk.forgotten).toEqual([load]);
  desk.loader.held(load);
  expect(desk.forgotten).toEqual([load, load]);
  expect(desk.loader.isHeld(0)).toBe(false);
});

test("a failure worth trying again is tried again after as long as was said", async () => {
  const desk = new Desk();
  desk.faults = ["busy", "busy"];
  desk.retry_s = 3;
  desk.loader.turn(segmentsOf([5]));
  await desk.settled();
  expect(desk.waited_s).toEqual([3]);
  expect(desk.decoding.map(({ index }) => index)).toEqual([0]);
  expect(desk.loader.failure).toBe("");
});

test("a failure not worth it stops the loading until it is resumed", async () => {
  const desk = new Desk();
  desk.faults = ["gone"];
  const due = segmentsOf([5]);
  desk.loader.turn(due);
  await desk.settled();
  expect(desk.loader.failure).toBe("gone");
  desk.loader.turn(due);
  await desk.settled();
  expect(desk.decoding).toEqual([]);
  desk.loader.resume();
  desk.loader.turn(due);
  await desk.settled();
  expect(desk.decoding.map(({ index }) => index)).toEqual([0]);
});

test("what cannot be decoded is judged as what cannot be fetched", async () => {
  const desk = new Desk();
  desk.retry_s = 1;
  desk.loader.turn(segmentsOf([5]));
  await desk.settled();
  desk.loader.refused(desk.decoding[0]!.load, "torn");
  await desk.settled();
  expect(desk.decoding).toHaveLength(2);
  desk.retry_s = null;
  desk.loader.refused(desk.decoding[1]!.load, "torn");
  await desk.settled();
  expect(desk.loader.failure).toBe("torn");
});

test("whatever is asked of a song of hours, what is loaded at once stays within its bound", async () => {
  const desk = new Desk();
  const draw = drawing(3);
  const segments = segmentsOf(Array.from({ length: 3000 }, () => 5000));
  let most = 0;
  let position = 0;
  for (let round = 0; round < 600; round += 1) {
    position = draw() < 0.2 ? Math.floor(draw() * 14_900_000) : position + 800;
    const loop = draw() < 0.3 ? { from_sample: position, to_sample: position + 20_000 } : null;
    desk.loader.turn(dueSegments(segments, position, 15_000, loop, 5));
    await desk.settled();
    desk.decoding.splice(0).forEach(({ load }) => desk.loader.held(load));
    most = Math.max(most, desk.loader.indices.length);
  }
  expect(most).toBeLessThanOrEqual(6);
  expect(most).toBeGreaterThanOrEqual(4);
});
