/** Closing the account: asked for, taken back, followed. */

import { counted } from "$/i18n/counting";

export const closing = {
  lead: "You can close your account yourself. Then all of it is erased from this service, by the service itself.",
  goes: "What goes",
  goesItems: [
    "every song, stem, cover, tag and link, for everybody who has one",
    "your address, name, password, passkeys, API keys and webhooks",
    "your subscription: it ends at once, and nothing is paid back by itself",
  ],
  stays: "What stays",
  staysItems: [
    "payment records, for seven years, as the law asks: amounts, invoices, card type and last four digits",
    "numbers of what was erased, under an identifier that leads to nobody",
  ],
  toExport: "Your data as one file",
  before: "Download what you want to keep first. A subscription can be ended without closing the account.",
  toPlan: "Change the plan",
  when: "When",
  later: (wait: string): string => `In ${wait}`,
  now: "At once",
  laterHint:
    "Until that day all works as before, and you can keep the account. A mail tells you the day, where this server sends mail.",
  nowHint: "You are signed out everywhere within seconds. Nobody can take it back, not even whoever runs this server.",
  typeIt: (word: string): string => `To erase all of it now, type ${word}`,
  word: "erase",
  mistyped: (word: string): string => `Type ${word} as it stands there.`,
  ask: "Close the account",
  askNow: "Erase everything now",
  asked: "Your account will be closed",
  link: "Link to follow it by",
  linkAnew: "Show a new link",
  linkAnewHint:
    "Where the link to follow it by was lost. The day stays, and the link of before leads nowhere any more.",
  linkOnce:
    "Copy it now: it is shown this once. Whoever holds it sees how far the erasure is and can save its receipt, and nothing else of you.",
  linkHere:
    "This page is the only way to see it once you are signed out. Keep its address: it works until 90 days after the erasure is over.",
  copyLink: "Copy the address",
  done: "Done",

  waiting: (day: string): string => `Your account will be erased on ${day}.`,
  erasing: "Your account is being erased.",
  keep: "Keep my account",
  kept: "Your account stays.",

  followTitle: "The erasure of an account",
  followWaiting: (day: string): string =>
    `It begins on ${day}. Until then its person can sign in and keep the account.`,
  followWithdrawn: "It was taken back: the account stays.",
  followErasing: "It is under way. The last part takes some ten minutes.",
  followOver: (moment: string): string => `All of it is gone since ${moment}.`,
  unsigned:
    "Its receipt is not signed yet. Where this server signs receipts that takes moments, and then it is shown here by itself.",
  staysUnsigned:
    "Its receipt is not signed, and this page has stopped asking for it. Open this address again later to see whether it is.",
  receipt:
    "A signed receipt proves that all of it is gone. It has the account's identifier. Save it: after 90 days nobody can give it to you any more.",
  notForgotten:
    "This browser did not let go of all that it kept of the account. Clear what this site keeps, in the browser's settings.",
  gone: "This link leads nowhere",
  goneText:
    "It was mistyped; or the closing was asked for once more, and the link that was told last works; or the erasure was over more than 90 days ago.",
  toSignIn: "To sign-in",
  parts: "Part",
  far: "How far",
  holders: {
    "sign-in": "Sign-in and sessions",
    library: "Songs and links",
    separation: "Work on songs",
    billing: "Payments",
    auth: "Account",
  } as Record<string, string>,
  partWaiting: "Not yet",
  partAgain: "Did not answer; it is asked again",
  partDone: "Done",
  removed: "What was removed",
  kinds: {
    tracks: "songs",
    segments: "pieces of stems",
    uploads: "uploads",
    shares: "links to songs",
    keys: "keys that opened them",
    jobs: "separations",
    subscriptions: "subscriptions",
    checkout_orders: "begun payments",
    checkout_pages: "open payment pages",
    provider_customers: "customers at the payment provider",
    customers: "customer numbers",
    reservations: "reservations of minutes",
    open_grants: "grants of minutes",
    accounts: "accounts",
    sessions: "sessions",
    api_keys: "API keys",
    passkeys: "passkeys",
    passkey_handles: "numbers that passkeys knew",
    passkey_challenges: "begun sign-ins by passkey",
    second_factors: "second steps",
    sign_in_challenges: "begun second steps",
    sign_in_links: "links that sign in once",
    device_sign_ins: "programs that asked to be signed in",
    email_codes: "codes in mails",
    policy_acceptances: "acceptances of the privacy policy",
    policy_tellings: "announcements of the privacy policy",
    mails: "mails that waited",
    evidence: "receipts of songs",
  } as Record<string, string>,
  days: (count: number): string => counted(count, "day", "days"),
  hours: (count: number): string => counted(count, "hour", "hours"),
  minutes: (count: number): string => counted(count, "minute", "minutes"),
};
