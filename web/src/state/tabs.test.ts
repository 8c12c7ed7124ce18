import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { joiningTabs } from "$/state/tabs";
import { MadeChannel } from "$/state/tabs.fixture";

const join = joiningTabs("songs", ["changed", "gone"]);

beforeEach(() => vi.stubGlobal("BroadcastChannel", MadeChannel));
afterEach(() => {
  MadeChannel.closeAll();
  vi.unstubAllGlobals();
});

describe("a tab", () => {
  it("tells all others, and hears nothing of its own", () => {
    const hears = [vi.fn(), vi.fn(), vi.fn()];
    const [one] = hears.map((hear) => join(hear));
    one!.tell("changed", "trk_1");
    expect(hears.map(({ mock }) => mock.calls)).toEqual([[], [["changed", "trk_1"]], [["changed", "trk_1"]]]);
  });

  it("hears nothing any more once it has left, and what it would tell then stays with it", () => {
    const hears = [vi.fn(), vi.fn()];
    const [one, other] = hears.map((hear) => join(hear));
    other!.close();
    other!.tell("changed", "trk_1");
    one!.tell("changed", "trk_1");
    expect(hears.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  it.each([null, "gone", { news: "sung", track_id: "trk_1" }, { news: "gone" }, { news: "gone", track_id: 7 }])(
    "takes no notice of %j, as a tab of another build may say it",
    (data) => {
      const hear = vi.fn();
      join(hear);
      new MadeChannel("songs").postMessage(data);
      expect(hear).not.toHaveBeenCalled();
    },
  );

  it.each([
    ["has no channels", undefined],
    [
      "refuses them",
      class {
        constructor() {
          throw new DOMException("The operation is insecure.", "SecurityError");
        }
      },
    ],
  ])("is alone, and says so to nobody, where the browser %s", (_, channels) => {
    vi.stubGlobal("BroadcastChannel", channels);
    if (!channels) {
      Reflect.deleteProperty(globalThis, "BroadcastChannel");
    }
    const tabs = join(() => undefined);
    tabs.tell("gone", "trk_1");
    tabs.close();
  });
});
