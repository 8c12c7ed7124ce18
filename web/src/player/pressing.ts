/** Who works with a mouse leaves the focus where it is: the next Space plays, and does not press again what was clicked. */

import type { Attachment } from "svelte/attachments";

const CHOICES = "select, input[type=checkbox]";

export const unfocusing: Attachment<HTMLElement> = (element) => {
  const stopping = new AbortController();
  const { signal } = stopping;
  // Who chooses with keys stays where they are: a list may tell a change at every arrow.
  let isByPointer = false;
  element.addEventListener("keydown", () => (isByPointer = false), { signal });
  element.addEventListener("pointerdown", () => (isByPointer = true), { signal });
  element.addEventListener(
    "mousedown",
    (event) => targetOf(event)?.closest("button, summary") && event.preventDefault(),
    {
      signal,
    },
  );
  element.addEventListener(
    "change",
    (event) => {
      const target = targetOf(event);
      if (isByPointer && target instanceof HTMLElement && target.matches(CHOICES)) {
        target.blur();
      }
    },
    { signal },
  );
  return () => stopping.abort();
};

function targetOf({ target }: Event): Element | null {
  return target instanceof Element ? target : null;
}
