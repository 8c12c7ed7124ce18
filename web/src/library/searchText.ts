/** What the search field holds. */

/** Another place may ask for other words; who types keeps every sign, also a space that the next word is to follow. */
export function shownText(own: string, asked: string): string {
  return own.trim() === asked ? own : asked;
}
