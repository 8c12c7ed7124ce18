import { expect, it } from "vitest";
import { takesMail } from "$/state/mailable";

it("is known of no address of this machine alone", () => {
  expect(takesMail("ada@example.org")).toBe(true);
  expect(takesMail("ada@localhost.example.org")).toBe(true);
  expect(takesMail("you@localhost.localdomain")).toBe(false);
  expect(takesMail("you@LOCALHOST")).toBe(false);
  expect(takesMail("")).toBe(false);
});

it("is known of no name that is kept from ever being somebody's", () => {
  for (const name of ["host.test", "mail.example", "nowhere.invalid", "TEST"]) {
    expect(takesMail(`ada@${name}`)).toBe(false);
  }
});
