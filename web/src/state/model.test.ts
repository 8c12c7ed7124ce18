import { describe, expect, it } from "vitest";
import { allowedModels, modelTitle, usualModel, type Model } from "$/state/model";

const made = (name: string, is_default = false): Model => ({
  name,
  title: name.toUpperCase(),
  stems: [],
  version: "1",
  summary: "",
  licence: "MIT",
  is_default,
});
const ALL = [made("duo"), made("quartet", true), made("sextet")];
const names = (models: readonly Model[]): string[] => models.map(({ name }) => name);

describe("the models of a plan", () => {
  it("are those that it names and that are there, and every one where it names none", () => {
    expect(names(allowedModels(ALL, { models: ["removed", "sextet", "duo"], default_model: null }))).toEqual([
      "duo",
      "sextet",
    ]);
    expect(names(allowedModels(ALL, { models: [], default_model: null }))).toEqual(["duo", "quartet", "sextet"]);
  });

  it("are taken without a word in this order: the plan's own, the server's, the first", () => {
    const usual = (allowed: readonly Model[], default_model: string | null): string | undefined =>
      usualModel(allowed, { models: [], default_model })?.name;
    expect(usual(ALL, "sextet")).toBe("sextet");
    expect(usual(ALL, "removed")).toBe("quartet");
    expect(usual(ALL, null)).toBe("quartet");
    expect(usual([made("duo")], null)).toBe("duo");
    expect(usual([], null)).toBeUndefined();
  });

  it("are called by their titles, and by their names when they are gone", () => {
    expect(modelTitle(ALL, "duo")).toBe("DUO");
    expect(modelTitle(ALL, "removed")).toBe("removed");
  });
});
