/** Tags as people write them: words between commas. */

const SHOWN_MAX = 3;
const SUGGESTED_MAX = 6;

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

/** What is typed of a tag that has no comma behind it yet. */
function begunTag(text: string): string {
  return text.slice(text.lastIndexOf(",") + 1).trim();
}

/** The most used tags that go on with what is typed and are not there yet. */
export function suggestedTags<Count extends { tag: string; tracks: number }>(
  text: string,
  known: readonly Count[],
): Count[] {
  const begun = begunTag(text).toLowerCase();
  const there = new Set(tagsOf(text).map((tag) => tag.toLowerCase()));
  const fits = ({ tag }: Count): boolean => tag.toLowerCase().startsWith(begun) && !there.has(tag.toLowerCase());
  return known
    .filter(fits)
    .sort((one, other) => other.tracks - one.tracks)
    .slice(0, SUGGESTED_MAX);
}

/** The tag in place of what was typed of it, ready for the next. */
export function withTag(text: string, tag: string): string {
  const kept = text.slice(0, text.lastIndexOf(",") + 1);
  return `${textOfTags([...tagsOf(kept), tag])}, `;
}

/** As many as a row has room for, and the others. */
export function shownTags(tags: readonly string[]): { shown: readonly string[]; others: readonly string[] } {
  return { shown: tags.slice(0, SHOWN_MAX), others: tags.slice(SHOWN_MAX) };
}

export function textOfTags(tags: readonly string[]): string {
  return tags.join(", ");
}
