/** A census as the view shows it: by class, each kind in words, and where it can be acted on. */

import { addressOf, type Section } from "$/account/sections";
import type { Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";
import { day, listed, size } from "$/state/text";

type Held = Schemas["Held"];
type Term = Schemas["HeldTerm"];
export type Place = keyof typeof i18n.m.held.places;

export interface HeldRow {
  key: string;
  title: string;
  use: string;
  /** How many, how large, since when. */
  facts: string[];
  kept: string;
  basis: string;
  place: { text: string; href: string } | null;
}

export interface HeldGroup {
  data_class: string;
  title: string;
  rows: HeldRow[];
}

/** Of whatever is not named here its service's own place; null where there is nothing to act on. */
const OF_KIND: Readonly<Record<string, Place | null>> = {
  "auth.account": "profile",
  "auth.api_keys": "keys",
  "auth.display_name": "profile",
  "auth.email_address": "profile",
  // Both stand above, in the same view.
  "auth.policy_acceptances": null,
  "auth.policy_tellings": null,
  "library.keys": null,
  "library.webhook_deliveries": "webhooks",
  "library.webhooks": "webhooks",
  "retention.exports": "export",
};
const OF_HOLDER: Readonly<Record<string, Place>> = {
  auth: "security",
  billing: "plan",
  library: "library",
  retention: "receipts",
  separation: "library",
};

/** Groups and rows in the order in which they came. */
export function heldGroups(census: Schemas["Census"]): HeldGroup[] {
  const groups = new Map<string, HeldGroup>();
  for (const held of census.held) {
    const { word } = held.data_class;
    const group = groups.get(word) ?? { data_class: word, title: capital(said(held.data_class)), rows: [] };
    group.rows.push(row(held));
    groups.set(word, group);
  }
  return [...groups.values()];
}

/** That services could not be asked, by the names that people know them by; empty where all could. */
export function awayText({ away }: Schemas["Census"]): string {
  const known: Readonly<Record<string, string>> = i18n.m.held.holders;
  const names = listed(away.map((holder) => known[holder] ?? holder));
  return away.length ? capital(i18n.m.held.away(names, away.length === 1)) : "";
}

function row(held: Held): HeldRow {
  return {
    key: `${held.holder}.${held.kind}`,
    title: held.title?.[i18n.locale] ?? `${held.holder}: ${held.kind.replaceAll("_", " ")}`,
    use: held.use?.[i18n.locale] ?? "",
    facts: facts(held),
    kept: said(held.kept),
    basis: said(held.basis),
    place: placeOf(held),
  };
}

function facts({ count, is_at_least, size_bytes, oldest_at, newest_at }: Held): string[] {
  const words = i18n.m.held;
  const told = [words.count(count.toLocaleString(i18n.locale), is_at_least)];
  if (size_bytes !== null) {
    told.push(size(size_bytes));
  }
  if (oldest_at !== null) {
    const [first, last] = [day(oldest_at), day(newest_at ?? oldest_at)];
    told.push(first === last ? words.since(first) : words.between(first, last));
  }
  return told;
}

function placeOf({ holder, kind }: Held): HeldRow["place"] {
  const ofKind = OF_KIND[`${holder}.${kind}`];
  const place = ofKind === undefined ? OF_HOLDER[holder] : ofKind;
  if (!place) {
    return null;
  }
  return { text: i18n.m.held.places[place], href: place === "library" ? "#/" : addressOf(place satisfies Section) };
}

function said({ word, text }: Term): string {
  return text?.[i18n.locale] ?? word.replaceAll("_", " ");
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase(i18n.locale) + text.slice(1);
}
