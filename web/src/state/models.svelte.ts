/** The models on offer, and which of them the next songs are separated with. */

import { api, told } from "$/api/client";
import { LOCAL } from "$/browser/names";
import { allowedModels, usualModel, type Model } from "$/state/model";
import { shelf } from "$/state/shelf";
import { usage } from "$/state/usage.svelte";

const CHOSEN = LOCAL.model;

/** Empty until they are read: without them nothing can be chosen, and the server takes its own. */
export const models = $state<{ all: Model[]; chosen: string | null }>({
  all: [],
  chosen: shelf.read(CHOSEN),
});

let reading: Promise<void> | null = null;

/** Nobody is told when it fails: there is no choice then, and the next view that asks tries again. */
export function readModels(): Promise<void> {
  reading ??= told(api.GET("/v1/models")).then(
    (answer) => void (models.all = answer.models),
    () => void (reading = null),
  );
  return reading;
}

/** Those that the plan has. */
export function choice(): Model[] {
  return usage.now ? allowedModels(models.all, usage.now.plan) : [];
}

/** The one that the next songs are separated with; null while nobody knows. */
export function nextModel(): Model | null {
  const allowed = choice();
  return allowed.find(({ name }) => name === models.chosen) ?? (usage.now ? usualModel(allowed, usage.now.plan) : null);
}

/** What the server is told: null where nobody chose, or where it is known that the plan has not what was chosen. */
export function modelForNext(): string | null {
  const now = nextModel();
  return now && now.name !== models.chosen ? null : models.chosen;
}

export function chooseModel(name: string): void {
  models.chosen = name;
  shelf.write(CHOSEN, name);
}

/** Another tab has chosen, or forgotten it. */
export function rereadModel(): void {
  models.chosen = shelf.read(CHOSEN);
}

/** Whoever chose has gone. */
export function forgetModel(): void {
  models.chosen = null;
  shelf.remove(CHOSEN);
}
