/** Models that can separate, and what follows from a plan for the choice of one. */

import type { Schemas } from "$/api/client";
import { models as bundled } from "$/i18n/en/models";
import { i18n } from "$/i18n/i18n.svelte";

export type Model = Schemas["Model"];
type Plan = Pick<Schemas["Plan"], "models" | "default_model">;

/** A plan that names none has every one; one that it names may be gone. */
export function allowedModels(all: readonly Model[], { models }: Plan): Model[] {
  return models.length ? all.filter(({ name }) => models.includes(name)) : [...all];
}

/** The one that is taken when nobody says; null where there is none. */
export function usualModel(allowed: readonly Model[], { default_model }: Plan): Model | null {
  return (
    allowed.find(({ name }) => name === default_model) ??
    allowed.find(({ is_default }) => is_default) ??
    allowed[0] ??
    null
  );
}

/** As people know it; its name where it is not on offer any more. */
export function modelTitle(all: readonly Model[], name: string): string {
  const model = all.find((one) => one.name === name);
  return model ? wordsOf(model).title : name;
}

interface Words {
  title: string;
  summary: string;
}

/** In the page's language for a model that comes with the product; of others, and of another by its name, the server's. */
export function wordsOf({ name, title, summary }: Model): Words {
  const isBundled = Object.hasOwn(bundled, name) && bundled[name as keyof typeof bundled].title === title;
  return isBundled ? i18n.m.models[name as keyof typeof bundled] : { title, summary };
}

/** Without what the title says of it after a colon. */
export function shortTitle(model: Model): string {
  return wordsOf(model).title.split(": ")[0]!;
}
