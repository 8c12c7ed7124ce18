/** What is held of whoever looks. Kinds, classes and deadlines come in the server's words; these are the view's own. */

import { counted } from "$/i18n/counting";

export const held = {
  lead: "All that this service holds of you, counted as you look. What it promises of that stands in the",
  profile: "Who you are here",
  noName: "no name",
  correct: "Change name or address",
  kept: "Kept",
  count: (count: string, isAtLeast: boolean): string => (isAtLeast ? `${count} or more` : count),
  since: (day: string): string => `since ${day}`,
  between: (first: string, last: string): string => `${first} to ${last}`,
  why: "Held",
  nothing: "Of you nothing is held but your account.",
  askedAt: (moment: string): string => `Counted ${moment}.`,
  again: "Count again",
  away: (holders: string, isOne: boolean): string =>
    `${holders} ${isOne ? "does" : "do"} not answer right now. What ${isOne ? "it holds" : "they hold"} is missing here.`,
  /** As within a sentence. */
  holders: {
    library: "the library",
    separation: "the separation",
    billing: "billing",
    auth: "the sign-in",
    retention: "the ledger of erasures",
  },
  /** Where to act on what is told. */
  places: {
    library: "To the library",
    profile: "To your profile",
    security: "To security",
    plan: "To plan and invoices",
    keys: "To API keys",
    webhooks: "To webhooks",
    export: "To the export",
    receipts: "To receipts",
  },
  here: "In this browser",
  hereLead:
    "Until you sign out. How you practise, language, look and the files of this page stay after that, until you clear them in the browser. Nothing is asked of other sites, and nobody is told what you listen to.",
  entries: (count: number): string => counted(count, "entry", "entries"),
  hereNothing: "Nothing but cookies.",
  cookies: "Cookies",
  cookiesLead: "Those that this server may have your browser keep.",
  local: {
    deletion: "Deletions that the server may not have heard of",
    language: "Language",
    model: "The model that you chose",
    owner: "A digest that tells you from others on this device, and never who you are",
    players: "How you left the last 50 tracks",
    practice: "How you practise",
    refreshedAt: "When the session was renewed",
    signedIn: "When somebody signed in, and never who",
    theme: "Look of the page",
    upload: "Unfinished uploads: name and size of each file",
  },
  tab: {
    beforePayment: "What you had before you went to pay",
    place: "Where you were before you went to a sign-in provider",
  },
  databases: {
    handles: "Where the files of unfinished uploads lie, and never their bytes",
  },
  cached: {
    answers: "The last list, for opening it without a network",
    kept: "Tracks that you keep for playing offline",
    shell: "The files of this page",
  },
};
