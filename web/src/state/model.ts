/** Models that can separate, and what follows from a plan for the choice of one. */

import type { Schemas } from "$/api/client";

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
  return all.find((model) => model.name === name)?.title ?? name;
}
