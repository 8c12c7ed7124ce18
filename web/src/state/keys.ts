/** Keys that the page takes, as aria-keyshortcuts and as people name them. */

import { i18n } from "$/i18n/i18n.svelte";

export const UNDO_KEYS = "Control+Z Meta+Z";
/** Inputs that hold text, and undo it themselves. */
const WRITTEN = new Set(["text", "search", "email", "password", "url", "tel", "number"]);

/** Empty where fingers point, and there is most likely no keyboard: some phones say that they can hover. */
export function undoKeysName(): string {
  if (globalThis.matchMedia?.("(pointer: coarse)").matches) {
    return "";
  }
  const isApple = /^(Mac|iP)/.test(globalThis.navigator?.platform ?? "");
  return isApple ? "⌘Z" : i18n.m.page.undoKeys;
}

export function isUndo({ key, ctrlKey, metaKey, altKey, shiftKey, target }: KeyboardEvent): boolean {
  const isHeld = (ctrlKey || metaKey) && !altKey && !shiftKey;
  // A browser that fills in a field says that a key was pressed, and of none which.
  return isHeld && (key as string | undefined)?.toLowerCase() === "z" && !isTheirs(target);
}

/** Of text that is written there, or of a dialog, which has the page behind it at rest. */
function isTheirs(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) {
    return false;
  }
  const input = target.closest("input");
  return (input && WRITTEN.has(input.type)) || target.closest("textarea, [contenteditable], dialog") !== null;
}
