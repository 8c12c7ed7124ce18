/** What was proved of the promises, for the policy's view: read beside the policy, and never in its way. */

import { api, told, type Schemas } from "$/api/client";
import { proofs as german } from "$/i18n/de/proofs";
import { proofs as english } from "$/i18n/en/proofs";
import type { Locale } from "$/i18n/i18n.svelte";
import { shortMoment } from "$/state/text";

export type ProofWords = typeof english;

/** Every language; another one does not compile without its words. */
export const PROOF_WORDS: Record<Locale, ProofWords> = { en: english, de: german };

export interface Proof {
  state: Schemas["PromiseState"];
  /** Whether it is kept, and since when that is known. */
  head: string;
  /** How, with what figures, or why not. */
  detail: string;
}

export interface Proofs {
  version: number;
  region: string;
  of: ReadonlyMap<string, Schemas["Promise"]>;
}

export async function readProofs(): Promise<Proofs> {
  const answer = await told(api.GET("/v1/privacy/promises"));
  return {
    version: answer.version,
    region: answer.region,
    of: new Map(answer.promises.map((promise) => [promise.clause_id, promise])),
  };
}

export function proofOf(promise: Schemas["Promise"], words: ProofWords): Proof {
  return {
    state: promise.state,
    head: `${verdict(promise, words)}, ${since(promise, words)}.`,
    detail: promise.state === "not_built" ? words.notBuilt : detail(promise, words),
  };
}

function verdict(promise: Schemas["Promise"], words: ProofWords): string {
  return promise.state === "kept" || promise.state === "broken" ? words[promise.state] : words.unproved;
}

function since(promise: Schemas["Promise"], words: ProofWords): string {
  if (promise.state === "broken" && promise.looked_at) {
    return words.looked(shortMoment(promise.looked_at));
  }
  return promise.proved_at ? words.proved(shortMoment(promise.proved_at)) : words.never;
}

function detail(promise: Schemas["Promise"], words: ProofWords): string {
  const parts: string[] = [];
  if (promise.state === "cannot_say") {
    parts.push(words.reasons[promise.reason] ?? words.unknownReason);
  }
  const how = words.looks[promise.check];
  if (how) {
    parts.push(words.by(how));
  }
  // What breaks it comes first; a figure that this page has no words for is not told as a word of the program's.
  const figures = promise.figures
    .sort((one, other) => Number(isBreaking(promise, other)) - Number(isBreaking(promise, one)))
    .flatMap(({ name, count }) => {
      const forms = words.figures[name];
      return forms ? [words.figure(count, forms)] : [];
    });
  if (figures.length) {
    parts.push(`${figures.join("; ")}.`);
  }
  return parts.join(" ");
}

function isBreaking(promise: Schemas["Promise"], figure: Schemas["PromiseFigure"]): boolean {
  return promise.broken_by.includes(figure.name);
}
