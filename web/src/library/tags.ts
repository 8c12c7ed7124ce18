/** Tags as people write them: words between commas. */

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

export function textOfTags(tags: readonly string[]): string {
  return tags.join(", ");
}
