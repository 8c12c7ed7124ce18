import { expect, it } from "vitest";
import type { Schemas } from "$/api/client";
import { PROOF_WORDS, proofOf } from "$/entry/proofs";

const KEPT: Schemas["Promise"] = {
  clause_id: "9.2",
  title: { en: "Uploads", de: "Uploads" },
  check: "uploads_erased_in_time",
  state: "kept",
  reason: "",
  service: "",
  figures: [
    { name: "uploads_erased", count: 1200 },
    { name: "erased_late", count: 0 },
  ],
  broken_by: [],
  looked_at: "2026-12-01T10:00:00.000Z",
  proved_at: "2026-12-01T10:00:00.000Z",
};

const told = (changed: Partial<Schemas["Promise"]>): string => {
  const proof = proofOf({ ...KEPT, ...changed }, PROOF_WORDS.en);
  return `${proof.head} ${proof.detail}`;
};

it("says when a promise was proved, by what and with what figures", () => {
  expect(told({})).toMatch(
    /^Kept, last proved .+\. How: every upload's age and receipt are looked at.+\. 1,200 uploads erased in a day; 0 erased late\.$/,
  );
});

it("says one of a thing and many of it, in each language", () => {
  const figures = [
    { name: "uploads_erased", count: 1 },
    { name: "erased_late", count: 1200 },
  ];
  expect(told({ figures })).toContain("1 upload erased in a day; 1,200 erased late.");
  expect(proofOf({ ...KEPT, figures }, PROOF_WORDS.de).detail).toContain(
    "1 Upload an einem Tag gelöscht; 1.200 zu spät gelöscht.",
  );
});

it("says what breaks a promise first, and when that was seen", () => {
  expect(told({ state: "broken", broken_by: ["erased_late"] })).toMatch(
    /^Not kept, last looked at .+\. 0 erased late; 1,200 uploads erased in a day\.$/,
  );
});

it("says why nobody can say, and that what was never proved was not", () => {
  const away: Partial<Schemas["Promise"]> = { state: "cannot_say", reason: "NO_ANSWER", figures: [], proved_at: null };
  expect(told(away)).toMatch(/^Unproved, never proved so far\. A part of this installation did not answer\. How: /);
  expect(told({ ...away, reason: "A_LATER_WORD" })).toContain("Nobody can say why.");
});

it("says of a promise without a check that nothing proves it", () => {
  expect(told({ state: "not_built", check: "rights_are_self_served", figures: [], proved_at: null })).toBe(
    "Unproved, never proved so far. There is no check for this yet, so nothing proves it.",
  );
});

it("tells no word of the program's own: of a check or figure that it does not know it says nothing", () => {
  const text = told({ check: "a_later_check", figures: [{ name: "a_later_figure", count: 3 }] });
  expect(text).not.toContain("later");
});

it("has the same words in every language", () => {
  for (const part of ["looks", "figures", "reasons"] as const) {
    expect(Object.keys(PROOF_WORDS.de[part])).toEqual(Object.keys(PROOF_WORDS.en[part]));
  }
});
