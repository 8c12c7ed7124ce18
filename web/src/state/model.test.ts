import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { chooseLanguage } from "$/i18n/i18n.svelte";
import { allowedModels, modelTitle, shortTitle, usualModel, wordsOf, type Model } from "$/state/model";
import { MadeStorage } from "$/state/storage.fixture";

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

  it("are called shortly by what stands before the colon", () => {
    expect(shortTitle({ ...made("duo"), title: "Duo: voice and rest" })).toBe("Duo");
    expect(shortTitle(made("duo"))).toBe("DUO");
  });
});

describe("a model that comes with the product", () => {
  const card = async (name: string): Promise<Model> => {
    const path = `../inference/models/${name}/model.json`;
    return { ...made(name), ...(JSON.parse(await readFile(path, "utf8")) as Pick<Model, "title" | "summary">) };
  };
  beforeEach(() => {
    vi.stubGlobal("localStorage", new MadeStorage());
    vi.stubGlobal("document", { documentElement: { lang: "", dir: "" } });
  });
  afterEach(async () => {
    await chooseLanguage("en");
    vi.unstubAllGlobals();
  });

  it.each(["quartet", "baseline"])("has its words in each language: %s", async (name) => {
    const model = await card(name);
    const { title, summary } = model;
    expect(wordsOf(model)).toEqual({ title, summary });
    await chooseLanguage("de");
    expect(wordsOf(model).title).not.toBe(title);
    expect(wordsOf(model).summary).not.toBe(summary);
  });

  it("lends its words to no other of the same name, nor to a name of an object's own", async () => {
    await chooseLanguage("de");
    const other = { ...made("quartet"), title: "Our own", summary: "Trained here." };
    expect(wordsOf(other)).toEqual({ title: "Our own", summary: "Trained here." });
    expect(wordsOf(made("constructor")).title).toBe("CONSTRUCTOR");
  });
});
