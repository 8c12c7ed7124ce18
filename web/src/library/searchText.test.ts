import { expect, test } from "vitest";
import { shownText } from "$/library/searchText";

test("a space that the next word is to follow stays when what stands before it was asked for", () => {
  expect(shownText("night ", "night")).toBe("night ");
});

test("words that another place asked for are shown", () => {
  expect(shownText("night train", "")).toBe("");
  expect(shownText("", "night")).toBe("night");
});
