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
  requests: "Privacy requests",
  export: "Your data",

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
