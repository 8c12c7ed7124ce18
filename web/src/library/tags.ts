/** Tags as people write them: words between commas. */

const SHOWN_MAX = 3;

export function tagsOf(text: string): string[] {
  const seen = new Map<string, string>();
  for (const part of text.split(",")) {
    const tag = part.trim().replace(/\s+/g, " ");
    if (tag && !seen.has(tag.toLowerCase())) {
      seen.set(tag.toLowerCase(), tag);
    }
  }
  return [...seen.values()];
}

/** As many as a row has room for, and the others. */
export function shownTags(tags: readonly string[]): { shown: readonly string[]; others: readonly string[] } {
  return { shown: tags.slice(0, SHOWN_MAX), others: tags.slice(SHOWN_MAX) };
}

export function textOfTags(tags: readonly string[]): string {
  return tags.join(", ");
}
