import { describe, expect, it } from "vitest";
import { emblemOf } from "$/library/emblem";
import { shownTags, suggestedTags, tagsOf, textOfTags, withTag } from "$/library/tags";

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

describe("suggested tags", () => {
  const known = [
    { tag: "slow", tracks: 2 },
    { tag: "Solo", tracks: 9 },
    { tag: "live", tracks: 5 },
  ];
  const named = (text: string): string[] => suggestedTags(text, known).map(({ tag }) => tag);

  it("go on with what is typed, the most used first, without those that are there", () => {
    expect(named("")).toEqual(["Solo", "live", "slow"]);
    expect(named("live, s")).toEqual(["Solo", "slow"]);
    expect(named("SLOW, ")).toEqual(["Solo", "live"]);
    expect(named("x")).toEqual([]);
    expect(
      suggestedTags(
        "",
        Array.from({ length: 9 }, (_, at) => ({ tag: `t${at}`, tracks: at })),
      ),
    ).toHaveLength(6);
  });

  it("take the place of what was typed of them", () => {
    expect(withTag("", "live")).toBe("live, ");
    expect(withTag("live, so", "Solo")).toBe("live, Solo, ");
    expect(withTag("live, ", "Solo")).toBe("live, Solo, ");
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
