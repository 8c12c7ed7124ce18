import { expect, test } from "vitest";
import { barred } from "$/design/barring";

test("a control that can do nothing now does nothing, stays in reach, and says why", () => {
  const onclick = (): void => undefined;
  expect({ onclick, title: "Share", ...barred("Not all stems are made.", "why") }).toEqual({
    "aria-disabled": "true",
    "aria-describedby": "why",
    title: "Not all stems are made.",
    onclick: undefined,
  });
});

test("a control that can do something is as it is", () => {
  expect(barred(undefined, "why")).toEqual({});
  expect(barred("", "why")).toEqual({});
});
