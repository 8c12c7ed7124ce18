import { describe, expect, it } from "vitest";
import { emblemOf } from "$/library/emblem";
import { shownTags, tagsOf, textOfTags } from "$/library/tags";

describe("tags", () => {
  it("are the words between commas, each once whatever its case", () => {
    expect(tagsOf(" practice, slow ,,Slow, in  D ")).toEqual(["practice", "slow", "in D"]);
    expect(tagsOf("")).toEqual([]);
    expect(tagsOf(textOfTags(["a", "b c"]))).toEqual(["a", "b c"]);
  });

  it("are three in a row, and the others are told apart", () => {
    expect(shownTags(["a", "b", "c", "d", "e"])).toEqual({ shown: ["a", "b", "c"], others: ["d", "e"] });
    expect(shownTags(["a", "b", "c"]).others).toEqual([]);
  });
});

describe("an emblem", () => {
  it("is always the same for a track, and another for another", () => {
    expect(emblemOf("trk_1")).toEqual(emblemOf("trk_1"));
    expect(emblemOf("trk_1")).not.toEqual(emblemOf("trk_2"));
  });

  it("lies in its field, in colours that there are", () => {
    for (let number = 0; number < 200; number += 1) {
      for (const { x, y, height, colour } of emblemOf(`trk_${number}`)) {
        expect(x + 6).toBeLessThanOrEqual(48);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y + height).toBeLessThanOrEqual(48);
        expect([1, 2, 3, 4, 5, 6]).toContain(colour);
      }
    }
  });
});
