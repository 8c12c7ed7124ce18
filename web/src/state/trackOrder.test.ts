import { beforeEach, describe, expect, it } from "vitest";
import { TrackOrder, type Told } from "$/state/trackOrder.svelte";

const told = (ids: string, total: number, offset = 0): Told => ({
  tracks: [...ids].map((track_id) => ({ track_id })),
  offset,
  total,
});
const shown = (): string => order.shown.map((track_id) => track_id ?? ".").join("");
let order: TrackOrder;

beforeEach(() => {
  order = new TrackOrder();
  order.begin(told("abc", 10), 3);
});

describe("the rows of the library", () => {
  it("are as many as there are tracks, and filled page by page, in any order", () => {
    expect(shown()).toBe("abc.......");
    expect(order.take(told("hij", 10, 7), 3)).toBe(true);
    expect(shown()).toBe("abc....hij");
    expect(order.take(told("defg", 10, 3), 4)).toBe(true);
    expect(shown()).toBe("abcdefghij");
  });

  it("do not take a page of another list: of another length, or cut short", () => {
    expect(order.take(told("hij", 11, 7), 3)).toBe(false);
    expect(order.take(told("h", 10, 7), 3)).toBe(false);
    expect(shown()).toBe("abc.......");
  });

  it("hold each track once: where it was before is read again", () => {
    order.take(told("bxy", 10, 4), 3);
    expect(shown()).toBe("a.c.bxy...");
  });

  it("begin anew where they are looked at, and end where the server has no more", () => {
    order.begin(told("xyz", 9, 4), 3);
    expect(shown()).toBe("....xyz..");
    order.begin(told("xy", 9, 4), 3);
    expect(shown()).toBe("....xy");
  });

  it("are read where they are seen first, then below, then above", () => {
    order.see({ first: 5, end: 7 });
    expect(order.gap(2, 3)).toEqual({ offset: 5, limit: 3 });
    order.take(told("fgh", 10, 5), 3);
    expect(order.gap(2, 3)).toEqual({ offset: 8, limit: 3 });
    order.take(told("ij", 10, 8), 3);
    expect(order.gap(2, 3)).toEqual({ offset: 2, limit: 3 });
    order.take(told("cde", 10, 2), 3);
    expect(order.gap(2, 3)).toBeNull();
    expect(shown()).toBe("abcdefghij");
    expect(order.inSight).toEqual(["f", "g"]);
  });

  it("are read once more in sight, as many as the server gives", () => {
    order.see({ first: 5, end: 7 });
    expect(order.window(3, 8)).toEqual({ offset: 5, limit: 3 });
    order.see({ first: 0, end: 10 });
    expect(order.window(3, 8)).toEqual({ offset: 0, limit: 8 });
  });

  it("keep what was known behind the first ones when those are read again", () => {
    order.take(told("def", 10, 3), 3);
    expect(order.meet(told("nab", 11))).toBe(true);
    expect(shown()).toBe("nabcdef....");
    expect(order.meet(told("ab", 10))).toBe(true);
    expect(shown()).toBe("abcdef....");
  });

  it("do not meet first ones that are all new, or from whose rest some have gone", () => {
    expect(order.meet(told("xyz", 13))).toBe(false);
    expect(order.meet(told("abc", 9))).toBe(false);
    expect(order.meet(told("ab", 2))).toBe(true);
    expect(shown()).toBe("ab");
  });

  it("move when one comes or goes, and show none that is hidden", () => {
    order.arrive("n");
    expect(shown()).toBe("nabc.......");
    order.hide("b", true);
    expect(shown()).toBe("nac.......");
    order.drop("a");
    expect(shown()).toBe("nc.......");
    order.hide("b", false);
    expect(shown()).toBe("nbc.......");
  });

  it("are read behind hidden ones too", () => {
    order.hide("a", true);
    order.hide("b", true);
    order.see({ first: 0, end: 1 });
    expect(order.inSight).toEqual(["a", "b", "c"]);
  });
});
