/** What was pressed last, for whoever has to leave the page in the middle of it and comes back. */

let last = "";

/**
 * The name of the button of the page that was pressed last. What is pressed in a dialog does not count, as a dialog is
 * not open any more when somebody comes back: the button that opened it does.
 */
export const lastPressed = (): string => last;

/** As it is read out. */
export function nameOf(button: HTMLElement): string {
  return (button.getAttribute("aria-label") ?? button.textContent).replace(/\s+/g, " ").trim();
}

// Before what is pressed hears of it, and may call itself otherwise. A key that sends a form presses its button, too.
globalThis.document?.addEventListener(
  "click",
  ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    if (button && !button.closest("dialog")) {
      last = nameOf(button);
    }
  },
  { capture: true },
);
