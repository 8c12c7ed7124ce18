/** API keys, in the account. */

export const keys = {
  lead: "A key lets a program of yours act for you: a script, a backup, a plug-in. It does what it is for, and never touches the account itself.",
  yours: "Your keys",
  none: "You have no key.",
  make: "Make a key",
  madeTitle: "Your new key",
  name: "Name",
  nameHint: "So that you know it again, such as where it is used.",
  needName: "Give the key a name.",
  may: "It may",
  needScope: "Choose at least one thing that the key may do.",
  /** `within` is how it is said in a sentence that begins with `may`. */
  scopes: {
    "tracks:read": {
      name: "See your tracks",
      within: "see your tracks",
      detail: "Titles, states, reports, covers, progress.",
    },
    downloads: { name: "Get the sound", within: "get the sound", detail: "Stems, mixes and zips of every track." },
    "tracks:write": {
      name: "Upload and change",
      within: "upload and change",
      detail: "New songs cost minutes; deleting is for good.",
    },
    shares: {
      name: "Share with others",
      within: "share with others",
      detail: "Make and revoke links that play a track.",
    },
    "billing:read": {
      name: "See plan and minutes",
      within: "see plan and minutes",
      detail: "What is used and what is left, and the prices.",
    },
  },
  lasts: "It works for",
  lives: { "30": "30 days", "90": "90 days", "365": "1 year", never: "Until I revoke it" },
  neverHint: "A key without an end that gets lost works until somebody notices. Choose one with an end if you can.",
  secret: "The key",
  once: "Copy it now: it is shown this once, and kept nowhere.",
  howToUse: "Keep it as you keep a password. A program sends it with each request:",
  done: "Done",
  made: (moment: string): string => `Made ${moment}`,
  ends: (when: string): string => `Expires ${when}`,
  ended: "Has expired",
  neverEnds: "Does not expire",
  lastUsed: (day: string): string => `Last used on ${day}`,
  neverUsed: "Never used",
  revoke: "Revoke",
  revokeOf: (name: string): string => `Revoke the key ${name}`,
  revokeTitle: "Revoke this key?",
  revokeLead: (name: string): string =>
    `Whatever uses “${name}” is refused from the next second on. Nothing brings the key back; you can make another.`,
  revoked: "The key is revoked.",
};
