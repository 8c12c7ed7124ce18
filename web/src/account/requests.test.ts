import { describe, expect, it } from "vitest";
import { isText, KINDS, legalDay, placeOf, REQUEST_WORDS, standing, type PrivacyRequest } from "$/account/requests";

const OPEN: PrivacyRequest = {
  number: "PR-7K2M9QX4TD",
  kind: "object",
  text: "Stop.",
  received_at: "2030-01-31T23:30:00.000Z",
  due_on: "2030-02-28",
  extended_at: null,
  extension: "",
  state: "open",
  answer: "",
  ended_at: null,
  ending: null,
};

const { en } = REQUEST_WORDS;

describe("requests about privacy", () => {
  it("have words for every kind, and of those that can be self-served a place to go", () => {
    expect(KINDS.filter((kind) => !en.kinds[kind])).toEqual([]);
    expect(KINDS.filter((kind) => placeOf(kind) === null)).toEqual(["object", "child"]);
    expect(KINDS.every((kind) => placeOf(kind) === null || en.byOneself[kind])).toBe(true);
  });

  it("name the legal day as the server has it, in whatever part of the world", () => {
    expect(legalDay("2030-02-28")).toContain("28");
    expect(standing(OPEN)).toContain("28");
  });

  it("say why one ended that was not answered", () => {
    const ended = { ...OPEN, state: "closed", ended_at: OPEN.received_at } as const;
    expect(standing({ ...ended, ending: "duplicate" })).toBe(en.endings.duplicate);
    expect(standing({ ...OPEN, state: "answered", ended_at: OPEN.received_at })).toMatch(/answered/i);
  });

  it("take a text of one to 4000 characters, as the server counts them", () => {
    expect([" \n ", "", "𝄞".repeat(4001)].some(isText)).toBe(false);
    expect(["x", "𝄞".repeat(4000)].every(isText)).toBe(true);
  });
});
