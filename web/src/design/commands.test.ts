import { expect, it } from "vitest";
import { partsOf, plain } from "$/design/commands";

it("marks what stands between backticks as a command, and leaves no backtick", () => {
  expect(partsOf("If that is you, `stripsession link` gives it.")).toEqual([
    { text: "If that is you, ", isCommand: false },
    { text: "stripsession link", isCommand: true },
    { text: " gives it.", isCommand: false },
  ]);
  expect(plain("`stripsession link` gives it.")).toBe("stripsession link gives it.");
});

it("leaves a sentence without a command as it is, and a backtick that stands alone", () => {
  expect(partsOf("Check both.")).toEqual([{ text: "Check both.", isCommand: false }]);
  expect(plain("A ` alone")).toBe("A ` alone");
});
