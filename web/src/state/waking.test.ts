import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { settled } from "$/settled.fixture";
import { Waking } from "$/state/waking";

class MadeLock {
  released = false;
  readonly release = vi.fn(async () => void (this.released = true));
}

let page: EventTarget & { hidden: boolean };
let locks: MadeLock[];
let request: ReturnType<typeof vi.fn>;

/** Everything promised so far has come. */
function turnTo(isHidden: boolean): void {
  page.hidden = isHidden;
  if (isHidden) {
    locks.forEach((lock) => (lock.released = true));
  }
  page.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  page = Object.assign(new EventTarget(), { hidden: false });
  locks = [];
  request = vi.fn(async () => {
    locks.push(new MadeLock());
    return locks.at(-1);
  });
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", { wakeLock: { request } });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("a screen is kept awake once for as long as that is wanted", async () => {
  const waking = new Waking();
  waking.keep(true);
  waking.keep(true);
  await settled();
  expect(request).toHaveBeenCalledExactlyOnceWith("screen");
  waking.keep(false);
  await settled();
  expect(locks[0]!.release).toHaveBeenCalledOnce();
});

test("whoever comes back to the page finds it kept awake again, and only while that is wanted", async () => {
  const waking = new Waking();
  waking.keep(true);
  await settled();
  turnTo(true);
  await settled();
  expect(locks).toHaveLength(1);
  turnTo(false);
  await settled();
  expect(locks).toHaveLength(2);
  waking.keep(false);
  turnTo(true);
  turnTo(false);
  await settled();
  expect(locks).toHaveLength(2);
});

test("what is granted after nobody wants it any more is given back", async () => {
  const waking = new Waking();
  waking.keep(true);
  waking.keep(false);
  await settled();
  expect(locks.map(({ released }) => released)).toEqual([true]);
});

test("wanted again before the first grant came, it is asked for once and kept", async () => {
  const waking = new Waking();
  waking.keep(true);
  waking.keep(false);
  waking.keep(true);
  await settled();
  expect(locks.map(({ released }) => released)).toEqual([false]);
});

test("a refusal is nobody's fault", async () => {
  request.mockRejectedValue(new Error("battery low"));
  const waking = new Waking();
  waking.keep(true);
  await settled();
  expect(locks).toEqual([]);
});

test("a browser that knows no such thing is left alone", () => {
  vi.stubGlobal("navigator", {});
  expect(() => new Waking().keep(true)).not.toThrow();
});
