/** Keys that the page takes, as aria-keyshortcuts and as people name them. */

import { i18n } from "$/i18n/i18n.svelte";

export const UNDO_KEYS = "Control+Z Meta+Z";

/** Empty where there is most likely no keyboard to press them on. */
export function undoKeysName(): string {
  if (globalThis.matchMedia?.("(hover: none) and (pointer: coarse)").matches) {
    return "";
  }
  const isApple = /^(Mac|iP)/.test(globalThis.navigator?.platform ?? "");
  return isApple ? "⌘Z" : i18n.m.page.undoKeys;
}

export function isUndo(event: KeyboardEvent): boolean {
  const isTyping = event.target instanceof Element && event.target.closest("input, textarea, select, dialog");
  return event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isTyping;
}
