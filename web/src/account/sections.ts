/** The parts of the account view, one shown at a time, each with an address of its own: `#/account/<name>`. */

export const SECTIONS = [
  "profile",
  "security",
  "plan",
  "page",
  "keys",
  "webhooks",
  "privacy",
  "requests",
  "export",
  "receipts",
  "session",
  "closing",
] as const;

export type Section = (typeof SECTIONS)[number];

export const addressOf = (section: Section): string => `#/account/${section}`;

/** What whoever has not said yet that they are old enough may see: what is held of them, all of it to keep, and the ways out. */
const BEFORE_AGE: readonly Section[] = ["privacy", "requests", "export", "receipts", "session", "closing"];

export function isBeforeAge(hash: string): boolean {
  const section = sectionOf(hash);
  return section !== null && BEFORE_AGE.includes(section);
}

/** The part that an address names; null where it names none, and the first is shown. */
export function sectionOf(hash: string): Section | null {
  return SECTIONS.find((section) => hash === addressOf(section)) ?? null;
}
