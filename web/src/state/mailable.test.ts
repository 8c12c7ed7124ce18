import { expect, it } from "vitest";
import { takesMail } from "$/state/mailable";

it("is known of no address of this machine alone", () => {
  expect(takesMail("ada@example.org")).toBe(true);
  expect(takesMail("ada@localhost.example")).toBe(true);
  expect(takesMail("you@localhost.localdomain")).toBe(false);
  expect(takesMail("you@LOCALHOST")).toBe(false);
  expect(takesMail("")).toBe(false);
});
