import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Desk } from "$/player/deskModel.svelte";
import { bindMedia, tellMedia } from "$/player/media";

class MadeSession {
  metadata: object | null = null;
  playbackState = "none";
  readonly handlers = new Map<string, ((details: object) => void) | null>();
  readonly setPositionState = vi.fn();

  setActionHandler(action: string, handler: ((details: object) => void) | null): void {
    if (action === "stop") {
      throw new TypeError("not known");
    }
    this.handlers.set(action, handler);
  }
}

const desk = {
  ...{ wanted: true, state: "playing", duration_s: 60, engine: { position_s: 61 }, practice: { tempo_percent: 80 } },
  ...{ play: vi.fn(), pause: vi.fn(), seek: vi.fn(), step: vi.fn() },
};
const onDesk = desk as unknown as Desk;
let session: MadeSession;

beforeEach(() => {
  vi.clearAllMocks();
  session = new MadeSession();
  vi.stubGlobal("navigator", { mediaSession: session });
  vi.stubGlobal(
    "MediaMetadata",
    class {
      constructor(told: object) {
        Object.assign(this, told);
      }
    },
  );
  Object.assign(desk, { wanted: true, state: "playing" });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test("the lock screen shows title, artist and cover, and where the song is at its tempo", () => {
  tellMedia(onDesk, "Night Train", "Ada", "/v1/cover");
  expect(session.metadata).toEqual({ title: "Night Train", artist: "Ada", artwork: [{ src: "/v1/cover" }] });
  expect(session.playbackState).toBe("playing");
  expect(session.setPositionState).toHaveBeenLastCalledWith({ duration: 60, playbackRate: 0.8, position: 60 });
});

test("it is told anew of a cover that changed, and not of one that did not", () => {
  tellMedia(onDesk, "Night Train", "Ada", null);
  const before = session.metadata;
  tellMedia(onDesk, "Night Train", "Ada", null);
  expect(session.metadata).toBe(before);
  tellMedia(onDesk, "Night Train", "Ada", "/v1/cover");
  expect(session.metadata).toMatchObject({ artwork: [{ src: "/v1/cover" }] });
});

test.each(["blocked", "failed"])("what is %s is paused there, so that its button asks for it again", (state) => {
  desk.state = state;
  tellMedia(onDesk, "Night Train", "", null);
  expect(session.playbackState).toBe("paused");
});

test("its keys play, pause and go elsewhere, and what a browser does not know harms nothing", () => {
  const unbind = bindMedia(onDesk);
  const press = (action: string, details: object = {}): void => session.handlers.get(action)?.(details);
  press("play");
  press("pause");
  press("seekto", { seekTime: 12 });
  press("seekbackward", {});
  press("seekforward", { seekOffset: 30 });
  expect([desk.play.mock.calls.length, desk.pause.mock.calls.length]).toEqual([1, 1]);
  expect(desk.seek).toHaveBeenCalledWith(12);
  expect(desk.step.mock.calls).toEqual([[-5], [30]]);
  unbind();
  expect([...session.handlers.values()].every((handler) => handler === null)).toBe(true);
  expect([session.metadata, session.playbackState]).toEqual([null, "none"]);
});

test("a browser without such a thing is left alone", () => {
  vi.stubGlobal("navigator", {});
  expect(() => {
    tellMedia(onDesk, "", "", null);
    bindMedia(onDesk)();
  }).not.toThrow();
});
