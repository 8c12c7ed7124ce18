import { counted } from "$/i18n/counting";

/** How much was removed with a track. */
type Removed = Record<"stems" | "stem_files" | "peaks" | "covers" | "links", number>;

export const account = {
  title: "Account",
  sections: "Parts of this page",

  profile: "Profile",
  email: "E-mail address",
  since: (day: string): string => `Member since ${day}`,
  name: "Name",
  nameHint: "Shown to you alone, at the top of the page. Without one your address is shown.",
  save: "Save",
  saved: "Saved.",
  away: "Your account cannot be read now. Check the connection, then try again.",

  security: "Security",

  plan: "Plan and minutes",
  planNow: (plan: string): string => `${plan} plan`,
  leftOf: (left: string, all: string): string => `${left} of ${all} minutes left`,
  used: "Used",
  reserved: "Set aside for songs in work",
  remaining: "Left",
  extra: "Extra",
  extraUntil: (minutes: string, day: string): string => `and ${minutes} extra until ${day}`,
  minutes: (minutes: string): string => `${minutes} min`,
  renews: (day: string): string => `Renews on ${day}. What is left of the plan's minutes then ends.`,
  charged:
    "A song costs its own length, and only when its stems are made. One that fails or is cancelled costs nothing.",
  plans: "Plans",
  yours: "Your plan",
  aMonth: "A month",
  longest: "Longest song",
  atOnce: "Songs at once",
  turn: "While others wait",
  inTurn: "In turn",
  turns: { priority: "Sooner", first: "Soonest" } as Record<string, string>,
  models: "Separates with",
  noModels: "None now",
  formats: "Downloads",
  allFormats: "Every format",
  change: "Whoever runs this server changes your plan.",
  changeHere:
    "If you run this server, this command puts you on the plan that it names, without a payment. In StripSession's folder, write .venv/bin/ before it:",

  page: "Language and look",
  language: "Language",
  theme: "Look",
  themes: { system: "As the system", light: "Light", dark: "Dark" },

  keys: "API keys",
  webhooks: "Webhooks",

  privacy: "What is held",
  privacyLead: "All that this service keeps of you, how long, and what ends it.",
  held: {
    what: "What",
    howLong: "How long",
    items: [
      {
        what: "Songs that you upload",
        detail: "Sealed with a key of their own before they reach a disk.",
        howLong: "Until their stems are made; after 24 hours at the latest. Their key is destroyed first.",
      },
      {
        what: "Stems, titles, tags, covers, and what was heard in a song",
        detail: "Stems and covers are sealed, each with a key of its own.",
        howLong: "Until you delete the track. That destroys the keys at once.",
      },
      {
        what: "Links that share a track",
        detail: "Only a fingerprint of each link: nobody can read it back.",
        howLong: "Until a day after it ends or is revoked, or until you delete the track.",
      },
      {
        what: "Your account",
        detail: "Address, name, and of the password only an argon2id hash.",
        howLong: "As long as you have the account.",
      },
      {
        what: "Your sessions",
        detail: "When each was opened and last used, and by which program and system. No address, no place.",
        howLong: "Seven days past their end.",
      },
      {
        what: "Mail to you",
        detail: "What it says lies sealed until it is sent; of its link only a fingerprint is kept.",
        howLong: "The mail until it is sent; the fingerprint seven days past the link's end.",
      },
      {
        what: "Programs that ask to be signed in",
        detail: "What they call themselves and the network address that they ask from, shown to whoever approves.",
        howLong: "Ten minutes; an hour after that at the latest.",
      },
      {
        what: "Passkeys",
        detail: "Name, when each was added and last used, and the public half of its key, which opens nothing.",
        howLong: "Until you remove it.",
      },
      {
        what: "API keys",
        detail: "Name, what each is for, the day of its last use; of the key itself only a fingerprint.",
        howLong: "Seven days past its end.",
      },
      {
        what: "Webhooks",
        detail: "Addresses that you named, sealed secrets, and what was sent: which track, when, and with what status.",
        howLong: "Until you remove them; what was sent, 14 days.",
      },
      {
        what: "Minutes charged",
        detail: "Times and amounts; no title, no sound.",
        howLong: "Seven years, as records of payment are.",
      },
      {
        what: "Receipts of erasures",
        detail: "Which upload, and when it came and went.",
        howLong: "As long as you have the account.",
      },
      {
        what: "That you closed your account",
        detail: "When you asked for it, and a fingerprint of the link that follows it: nobody can read it back.",
        howLong: "Until 30 days after you took it back; else always, under an identifier that leads to nobody.",
      },
      {
        what: "The chain of receipts",
        detail:
          "That something was erased, when, and how much of it. It names nobody, and without your receipts nothing leads to you.",
        howLong: "For ever, so that nobody can take an erasure back.",
      },
      {
        what: "In this browser",
        detail:
          "Unfinished uploads and where their files lie, the model that you chose, deletions that the server may not have heard of, how you left the last 50 tracks, tracks that you keep for playing offline, the last list; how you practise (snapping, count-in, bars, volume of the metronome, single-key shortcuts), language and look; the files of this page.",
        howLong:
          "Until you sign out. How you practise, language, look and the files of this page stay after that, until you clear them in the browser.",
      },
    ],
    cookies:
      "Two cookies hold your session; a third lives for minutes while you sign in by another provider. A fourth keeps for a year that you signed in here, so that strangers who guess at your password do not make you wait; your address is not in it, and it stays when you sign out. Nothing is asked of other sites, and nobody is told what you listen to.",
  },

  receipts: "Receipts",
  receiptsLead:
    "Every upload and every track that was erased, newest first. Of a track that is gone not even the title is kept.",
  receiptsLater:
    "The receipt of a track that you deleted may take a while: it is made once the last of it is gone. That of its upload is here before.",
  lookAgain: "Look again",
  newReceipts: (count: number, orMore: boolean): string =>
    count
      ? `${orMore ? `${count} or more new receipts` : counted(count, "new receipt", "new receipts")}.`
      : "Nothing new yet.",
  noReceipts: "Nothing was erased yet. The receipt of your first song comes here when its stems are made.",
  erased: (moment: string): string => `Upload erased ${moment}`,
  heldFor: (time: string): string => `Held for ${time}`,
  objects: (count: number): string => `${counted(count, "stored piece", "stored pieces")} removed`,
  uploadedAt: (moment: string): string => `Uploaded ${moment}`,
  trackErased: (moment: string): string => `Track erased ${moment}`,
  trackReason: "because you deleted it",
  askedAt: (moment: string): string => `Asked for ${moment}`,
  removed: ({ stems, stem_files, peaks, covers, links }: Removed): string =>
    [
      `${counted(stems, "stem", "stems")} in ${counted(stem_files, "stored piece", "stored pieces")}`,
      counted(peaks, "waveform", "waveforms"),
      counted(covers, "cover", "covers"),
      `${counted(links, "link", "links")} removed`,
    ].join(", "),
  reasons: {
    finished: "because its stems were made",
    deadline: "because its 24 hours were over",
    unspecified: "for a reason that was not told",
  },
  more: "Show more",

  closing: "Close the account",

  session: "This session",
  signOut: "Sign out",
  signOutHint:
    "Ends the session of this browser in all its tabs, removes the tracks that you kept from this device, and forgets unfinished uploads and how you left your tracks.",
};
