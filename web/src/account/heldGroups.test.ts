import { expect, it } from "vitest";
import { awayText, heldGroups } from "$/account/heldGroups";
import type { Schemas } from "$/api/client";

const words = (en: string): Schemas["PolicyText"] => ({ en, de: en });

const tracks: Schemas["Held"] = {
  holder: "library",
  kind: "tracks",
  title: words("Tracks"),
  use: words("So that you play them."),
  count: 1200,
  is_at_least: false,
  oldest_at: "2029-11-20T12:00:00Z",
  newest_at: "2030-01-01T12:00:00Z",
  size_bytes: 1_500_000,
  data_class: { word: "audio_metadata", text: words("what is known of a song") },
  kept: { word: "until_deleted", text: words("until you delete it") },
  basis: { word: "contract", text: words("to give you what you asked for") },
};
const unknown: Schemas["Held"] = {
  ...tracks,
  holder: "analytics",
  kind: "page_views",
  title: null,
  use: null,
  is_at_least: true,
  oldest_at: null,
  newest_at: null,
  size_bytes: null,
  data_class: { word: "usage", text: null },
  kept: { word: "two_years", text: null },
};
const census = (held: Schemas["Held"][], away: string[] = []): Schemas["Census"] => ({
  asked_at: "2030-01-02T00:00:00Z",
  held,
  away,
  cookies: [],
});

it("puts kinds of one class together, in words, with how much there is and where to act on it", () => {
  const covers = { ...tracks, kind: "covers", title: words("Covers"), count: 1, newest_at: tracks.oldest_at };
  const [group, ...others] = heldGroups(census([tracks, covers]));
  expect(others).toEqual([]);
  expect(group?.title).toBe("What is known of a song");
  const [first, second] = group?.rows ?? [];
  expect(first?.facts).toEqual(["1,200", "1.5 MB", "November 20, 2029 to January 1, 2030"]);
  expect(second?.facts[2]).toBe("since November 20, 2029");
  expect(first?.place).toEqual({ text: "To the library", href: "#/" });
});

it("shows a kind that it does not know by its own name, and one that was not counted to its end as such", () => {
  const [group] = heldGroups(census([unknown]));
  expect(group?.title).toBe("Usage");
  expect(group?.rows[0]).toMatchObject({
    title: "analytics: page views",
    use: "",
    facts: ["1,200 or more"],
    kept: "two years",
    place: null,
  });
});

it("leads to the place of a kind before that of its service", () => {
  const of = (holder: string, kind: string): string | undefined =>
    heldGroups(census([{ ...tracks, holder, kind }]))[0]?.rows[0]?.place?.href;
  expect(of("auth", "sessions")).toBe("#/account/security");
  expect(of("auth", "email_address")).toBe("#/account/profile");
  expect(of("auth", "api_keys")).toBe("#/account/keys");
  expect(of("library", "webhooks")).toBe("#/account/webhooks");
  expect(of("library", "keys")).toBeUndefined();
  expect(of("billing", "invoices")).toBe("#/account/plan");
  expect(of("retention", "exports")).toBe("#/account/export");
  expect(of("retention", "track_receipts")).toBe("#/account/receipts");
});

it("says which services could not be asked, as people know them, in one sentence", () => {
  expect(awayText(census([]))).toBe("");
  expect(awayText(census([], ["library"]))).toMatch(/^The library does not answer right now\./);
  expect(awayText(census([], ["auth", "billing", "analytics"]))).toMatch(
    /^The sign-in, billing, and analytics do not answer right now\./,
  );
});
