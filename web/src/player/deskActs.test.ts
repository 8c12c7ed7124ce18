import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EngineBroken } from "$/audio/loader";
import { notices } from "$/design/noticeList.svelte";
import { madeDesk } from "$/player/desk.fixture";
import { MadeAudio, MadeEngine } from "$/player/engine.fixture";
import { freshView } from "$/player/view";
import { settled } from "$/settled.fixture";

vi.mock("$/audio/engine", async () => {
  const { EngineBroken } = await import("$/audio/loader");
  const { MadeEngine } = await import("$/player/engine.fixture");
  return { Engine: MadeEngine, EngineBroken };
});

beforeEach(() => {
  vi.clearAllMocks();
  MadeEngine.opened = [];
  vi.stubGlobal("requestAnimationFrame", () => 1);
  vi.stubGlobal("cancelAnimationFrame", () => undefined);
  vi.stubGlobal("Audio", MadeAudio);
  vi.stubGlobal("localStorage", undefined);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the place that is kept is the one asked for where nothing sounds yet", async () => {
  MadeEngine.open.mockImplementationOnce(() => new Promise(() => undefined));
  const { desk } = await madeDesk({ ...freshView(), at_s: 3 });
  desk.seek(5);
  expect(desk.view.at_s).toBe(5);
  desk.close();
});

describe("who seeks past what is done", () => {
  test("sees what was asked for and what can be played, until that can be played", async () => {
    const { desk, grow } = await madeDesk();
    desk.seek(40);
    expect(desk.shortOf_s).toBe(40);
    expect(notices.announced).toContain("Only the first 0:10 can be played so far.");
    await grow(20);
    expect(desk.shortOf_s).toBe(40);
    await grow(41);
    expect(desk.shortOf_s).toBeNull();
    desk.close();
  });

  test("sees it until the next act", async () => {
    const { desk } = await madeDesk();
    for (const act of [() => desk.seek(2), () => desk.play(), () => desk.pause(), () => desk.step(-1)]) {
      desk.seek(40);
      expect(desk.shortOf_s).toBe(40);
      act();
      expect(desk.shortOf_s).toBeNull();
    }
    desk.close();
  });
});

describe("playing", () => {
  test("that was asked for before there was anything to play with is taken back by the same key", async () => {
    let open: (engine: MadeEngine) => void = () => undefined;
    MadeEngine.open.mockImplementationOnce((options) => {
      return new Promise((resolve) => (open = () => resolve(new MadeEngine(options))));
    });
    const { desk } = await madeDesk();
    desk.toggle();
    desk.toggle();
    open(null!);
    await settled();
    expect(MadeEngine.last.play).not.toHaveBeenCalled();
    desk.toggle();
    expect(MadeEngine.last.play).toHaveBeenCalledOnce();
    desk.close();
  });

  test("that the browser holds back is asked for again by the same key, and not paused", async () => {
    const { desk } = await madeDesk();
    desk.toggle();
    MadeEngine.last.become("blocked", true);
    desk.toggle();
    expect(MadeEngine.last.play).toHaveBeenCalledTimes(2);
    expect(MadeEngine.last.pause).not.toHaveBeenCalled();
    expect(MadeEngine.last.countIn).toHaveBeenCalledOnce();
    desk.close();
  });
});

describe("what has died", () => {
  test.each([
    ["trying again", "retry"],
    ["the next Play", "play"],
  ] as const)(
    "once decoder or mixer has died, %s opens another engine, at the same place and as all was set",
    async (_how, again) => {
      const { desk } = await madeDesk();
      desk.play();
      desk.practice.setTempo(80);
      const dead = MadeEngine.last;
      Object.assign(dead, { position_s: 6.5, isBroken: true, failure: "broken" });
      dead.become("failed", true);
      desk[again]();
      await settled();
      expect(dead.isClosed).toBe(true);
      expect(MadeEngine.opened).toHaveLength(2);
      expect(MadeEngine.last.options.from_s).toBe(6.5);
      expect(MadeEngine.last.setTempo).toHaveBeenLastCalledWith(0.8);
      expect(MadeEngine.last.play).toHaveBeenCalledOnce();
      expect([desk.engine === (MadeEngine.last as unknown), desk.failure]).toEqual([true, ""]);
      desk.close();
    },
  );

  test("is told of otherwise than a part that cannot be had", async () => {
    const { desk } = await madeDesk();
    const { judge } = MadeEngine.last.options;
    expect(judge(new EngineBroken("gone")).text).not.toBe(judge(new Error("torn")).text);
    desk.close();
  });
});

describe("what the device says of it", () => {
  test("pauses the song when a call comes, and lets it go on when it is over", async () => {
    const { desk } = await madeDesk();
    desk.play();
    MadeAudio.made.at(-1)!.pause();
    expect(desk.wanted).toBe(false);
    void MadeAudio.made.at(-1)!.play();
    expect(desk.wanted).toBe(true);
    desk.close();
  });

  test("ends where it failed, so that no screen stays awake for it, and begins again with it", async () => {
    const { desk } = await madeDesk();
    desk.play();
    MadeEngine.last.become("failed", true);
    expect(MadeAudio.made.at(-1)!.paused).toBe(true);
    expect(desk.wanted).toBe(true);
    desk.play();
    MadeEngine.last.become("playing", true);
    expect(MadeAudio.made.at(-1)!.paused).toBe(false);
    desk.close();
  });

  test("does not end what the browser holds back: that goes on by itself", async () => {
    const { desk } = await madeDesk();
    desk.play();
    MadeEngine.last.become("blocked", true);
    MadeAudio.made.at(-1)!.pause();
    expect(desk.wanted).toBe(true);
    MadeEngine.last.become("playing", true);
    expect(MadeAudio.made.at(-1)!.paused).toBe(false);
    desk.close();
  });
});
