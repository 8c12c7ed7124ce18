import { describe, expect, it } from "vitest";
import { rowAfterKey, rowsOf, shiftToRow, visibleRange } from "$/library/virtualWindow";

const view = { scrolled_px: 0, view_px: 800, row_px: 80, rows: 10_000, beyond: 8 };

describe("the window on a long list", () => {
  it("holds the rows in sight and a few beyond each edge", () => {
    expect(visibleRange(view)).toEqual({ first: 0, end: 18 });
    expect(visibleRange({ ...view, scrolled_px: 400_040 })).toEqual({ first: 4992, end: 5019 });
  });

  it("never holds more rows than fit into sight, however long the list", () => {
    for (let scrolled_px = -1000; scrolled_px < 900_000; scrolled_px += 7919) {
      const { first, end } = visibleRange({ ...view, scrolled_px });
      expect(end - first).toBeLessThanOrEqual(800 / 80 + 1 + 2 * 8);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(10_000);
    }
  });

  it("is empty for an empty list, and before a row was measured", () => {
    expect(visibleRange({ ...view, rows: 0 })).toEqual({ first: 0, end: 0 });
    expect(visibleRange({ ...view, row_px: 0 })).toEqual({ first: 0, end: 0 });
  });

  it("stays inside the list when that lies below or above the window", () => {
    expect(visibleRange({ ...view, scrolled_px: -5000 })).toEqual({ first: 0, end: 0 });
    expect(visibleRange({ ...view, scrolled_px: 2_000_000 })).toEqual({ first: 10_000, end: 10_000 });
  });

  it("keeps the row with the focus, in its order, wherever the window is", () => {
    expect(rowsOf({ first: 5, end: 8 }, -1, 20)).toEqual([5, 6, 7]);
    expect(rowsOf({ first: 5, end: 8 }, 6, 20)).toEqual([5, 6, 7]);
    expect(rowsOf({ first: 5, end: 8 }, 2, 20)).toEqual([2, 5, 6, 7]);
    expect(rowsOf({ first: 5, end: 8 }, 19, 20)).toEqual([5, 6, 7, 19]);
    expect(rowsOf({ first: 5, end: 8 }, 20, 20)).toEqual([5, 6, 7]);
  });

  it("moves by row, by page and to the ends, and not beyond", () => {
    expect(rowAfterKey("ArrowDown", 3, 10, 4)).toBe(4);
    expect(rowAfterKey("ArrowUp", 0, 10, 4)).toBe(0);
    expect(rowAfterKey("PageDown", 8, 10, 4)).toBe(9);
    expect(rowAfterKey("PageUp", 8, 10, 4)).toBe(4);
    expect(rowAfterKey("Home", 8, 10, 4)).toBe(0);
    expect(rowAfterKey("End", 0, 10, 4)).toBe(9);
    expect(rowAfterKey("a", 0, 10, 4)).toBeNull();
    expect(rowAfterKey("End", 0, 0, 4)).toBeNull();
  });

  it("scrolls only as far as a row needs to be seen wholly, below what covers the edge", () => {
    const at = { scrolled_px: 800, view_px: 800, row_px: 80 };
    expect(shiftToRow(12, at, 60)).toBe(0);
    expect(shiftToRow(10, at, 60)).toBe(-60);
    expect(shiftToRow(20, at, 60)).toBe(80);
  });
});
