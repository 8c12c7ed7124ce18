import { expect, test, vi } from "vitest";
import { notices } from "$/design/noticeList.svelte";
import type { Desk } from "$/player/deskModel.svelte";
import { dragLoop } from "$/player/looping";
import { Practice } from "$/player/practice.svelte";

test("who drags over a span hears it from its beginning; one too short for a loop moves nothing", () => {
  const practice = new Practice(() => null);
  const seek = vi.fn();
  const desk = { practice, seek, position_s: 30 } as unknown as Desk;
  dragLoop(desk, { from_s: 10, to_s: 14 });
  expect(practice.loop).toEqual({ from_s: 10, to_s: 14 });
  expect(seek).toHaveBeenCalledExactlyOnceWith(10);
  notices.announced = "";
  dragLoop(desk, { from_s: 20, to_s: 20.001 });
  expect(practice.loop).toEqual({ from_s: 10, to_s: 14 });
  expect(seek).toHaveBeenCalledOnce();
  expect(notices.announced).toBe("");
});

test("a loop is told in the tenths that its points are shown in", () => {
  const practice = new Practice(() => null);
  const desk = { practice, seek: vi.fn(), position_s: 30 } as unknown as Desk;
  dragLoop(desk, { from_s: 5.04, to_s: 9.98 });
  expect(notices.announced).toContain("0:05.0 to 0:10.0");
});
