/** The parts of the account view, one shown at a time, each with an address of its own: `#/account/<name>`. */

export const SECTIONS = [
  "profile",
  "security",
  "plan",
  "page",
  "keys",
  "webhooks",
  "privacy",
  "receipts",
  "session",
  "closing",
] as const;

export type Section = (typeof SECTIONS)[number];

export const addressOf = (section: Section): string => `#/account/${section}`;

/** The part that an address names; null where it names none, and the first is shown. */
export function sectionOf(hash: string): Section | null {
  return SECTIONS.find((section) => hash === addressOf(section)) ?? null;
}
