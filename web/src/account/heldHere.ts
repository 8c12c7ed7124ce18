/** What this very browser keeps for the page now, by the names of browser/names.ts: nothing of it is told to anybody. */

import { CACHES, DATABASES, LOCAL, TAB } from "$/browser/names";
import { i18n } from "$/i18n/i18n.svelte";
import { shelf, tabShelf, type Shelf } from "$/state/shelf";

export interface HereRow {
  name: string;
  text: string;
  count: number;
}

/** What only a question shows: which caches the browser has, and of how many files it keeps where they lie. */
export interface Found {
  cacheNames: readonly string[];
  handles: number;
}

/** What there is none of is left out. */
export function heldHere(found: Found, outlasting: Shelf = shelf, ofTab: Shelf = tabShelf): HereRow[] {
  const words = i18n.m.held;
  const rows = [
    ...rowsOf(LOCAL, words.local, (name) => matching(outlasting.keys(name), name)),
    ...rowsOf(TAB, words.tab, (name) => matching(ofTab.keys(name), name)),
    ...rowsOf(DATABASES, words.databases, () => found.handles),
    ...rowsOf(CACHES, words.cached, (name) => matching(found.cacheNames, name)),
  ];
  return rows.filter(({ count }) => count > 0);
}

function rowsOf<K extends string>(
  names: Readonly<Record<K, string>>,
  texts: Readonly<Record<K, string>>,
  count: (name: string) => number,
): HereRow[] {
  const keys = Object.keys(names) as K[];
  return keys.map((key) => ({ name: names[key], text: texts[key], count: count(names[key]) }));
}

/** A name that ends in a dot is a beginning, any other is the whole. */
function matching(found: readonly string[], name: string): number {
  return found.filter((each) => (name.endsWith(".") ? each.startsWith(name) : each === name)).length;
}
