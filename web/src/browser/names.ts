/**
 * Every name under which this page keeps something in the browser, or tells its other tabs of it. Nothing else names one:
 * tests/lints/browser_names.py. What lies under each, how long and what removes it is in web/datamap.yaml, which a test
 * compares with this file. A name that ends in a dot or a colon is a beginning.
 */

/** On the shelf that outlasts the tab: state/shelf.ts. */
export const LOCAL = {
  deletion: "stripsession.deletion.",
  language: "stripsession.language",
  model: "stripsession.model",
  owner: "stripsession.owner",
  players: "stripsession.players",
  practice: "stripsession.practice",
  refreshedAt: "stripsession.refreshed-at",
  signedIn: "stripsession.signed-in",
  theme: "stripsession.theme",
  upload: "stripsession.upload.",
} as const;

/** On the shelf of one tab. */
export const TAB = {
  beforePayment: "stripsession.before-payment",
  place: "stripsession.place",
} as const;

/** Databases. */
export const DATABASES = {
  handles: "stripsession",
} as const;

/** Caches of the service worker. */
export const CACHES = {
  answers: "stripsession.answers",
  kept: "stripsession.kept.",
  shell: "stripsession.shell.",
} as const;

/** Channels between the tabs of one browser. */
export const CHANNELS = {
  kept: "stripsession.kept",
  tracks: "stripsession.tracks",
} as const;

/** Locks, which hold nothing but their names. */
export const LOCKS = {
  deletion: "stripsession-deletion:",
  keep: "stripsession-keep:",
  refresh: "stripsession-refresh",
  tab: "stripsession-tab:",
  upload: "stripsession-upload:",
} as const;
