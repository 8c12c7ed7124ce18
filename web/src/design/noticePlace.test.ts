import { describe, expect, it } from "vitest";
import { bestPlace, boxAt, fills, hiddenBelow, type Box, type Place, type Room } from "$/design/noticePlace";

const SIZE = { width: 400, height: 60 };
const room = (isMirrored = false): Room => ({ free: { left: 0, right: 1000, top: 0, bottom: 800 }, isMirrored });
const box = (left: number, top: number, width = 44, height = 44): Box => ({
  left,
  right: left + width,
  top,
  bottom: top + height,
});
const best = (controls: Box[], focused: Box | null = null, now: Place = "below"): Place =>
  bestPlace(now, SIZE, room(), controls, focused);

describe("notices", () => {
  it("lie at the middle of the window's foot where nothing is in their way", () => {
    expect(best([])).toBe("below");
    expect(boxAt("below", SIZE, room())).toEqual(box(300, 740, 400, 60));
  });

  it("lie beside what could be pressed, then at the head of the window", () => {
    expect(best([box(500, 760)])).toBe("belowStart");
    expect(best([box(380, 760)])).toBe("belowEnd");
    expect(best([box(380, 760), box(610, 760)])).toBe("above");
    expect(best([box(0, 760, 1000), box(450, 0)])).toBe("aboveStart");
  });

  it("leave where they lie only for a better place", () => {
    expect(best([], null, "aboveEnd")).toBe("aboveEnd");
    expect(best([box(950, 10)], null, "aboveEnd")).toBe("below");
  });

  it("uncover what has the focus before all, and then as much as they can", () => {
    const everywhere = [box(0, 0, 1000, 60), box(0, 740, 1000, 60)];
    expect(best(everywhere)).toBe("below");
    expect(best(everywhere, box(0, 740, 1000, 60))).toBe("above");
    expect(best([...everywhere, box(610, 740), box(250, 740, 250)])).toBe("above");
  });

  it("begin a line at the right where one reads from there", () => {
    expect(boxAt("belowStart", SIZE, room(true)).right).toBe(1000);
    expect(boxAt("belowEnd", SIZE, room(true)).left).toBe(0);
  });
});

describe("in a window that they fill", () => {
  const phone = { free: { left: 16, right: 344, top: 16, bottom: 784 }, isMirrored: false };

  it("nothing is beside them", () => {
    expect(fills(328, phone)).toBe(true);
    expect(fills(263, phone)).toBe(true);
    expect(fills(262, phone)).toBe(false);
  });

  it("what has the focus is told how far it is hidden", () => {
    const focused = (top: number) => ({ left: 20, right: 60, top, bottom: top + 40 });
    expect(hiddenBelow(focused(700), 146, phone)).toBe(102);
    expect(hiddenBelow(focused(500), 146, phone)).toBe(0);
    expect(hiddenBelow(focused(598), 146, phone)).toBe(0);
    expect(hiddenBelow(focused(599), 146, phone)).toBe(1);
    expect(hiddenBelow(focused(783), 146, phone)).toBe(185);
    expect(hiddenBelow(focused(784), 146, phone)).toBe(0);
  });
});
