/** What notices must not cover, as it stands in the window now. */

import type { Box, Room } from "$/design/noticePlace";

const CONTROLS = "a[href], button, input, select, textarea, summary, label, [role=slider], [role=option]";

export function roomFor(section: HTMLElement): Room {
  const style = getComputedStyle(section);
  const edge = parseFloat(style.getPropertyValue("inset-inline-start")) || 0;
  const root = getComputedStyle(document.documentElement);
  const standing = (name: string): number => parseFloat(root.getPropertyValue(name)) || 0;
  const foot = standing("--foot") + standing("--bar");
  return {
    free: { left: edge, right: innerWidth - edge, top: edge, bottom: innerHeight - foot - edge },
    isMirrored: style.direction === "rtl",
  };
}

/** What can be pressed, and is not in the notices themselves. */
export function controlsBeside(section: HTMLElement): Box[] {
  return [...document.querySelectorAll(CONTROLS)]
    .filter((control) => !section.contains(control))
    .map((control) => control.getBoundingClientRect())
    .filter(({ width, height, top, bottom }) => width > 0 && height > 0 && bottom > 0 && top < innerHeight);
}

/** What is open above the page, which does not move with it. */
export const ABOVE_PAGE = "dialog[open], :popover-open";

/** Whether what has the focus moves with the page when that is scrolled. */
export const isFocusInPage = (): boolean => !document.activeElement?.closest(ABOVE_PAGE);

/** What has the focus, unless it is a whole view. */
export function focusedBeside(section: HTMLElement): Box | null {
  const focused = document.activeElement;
  if (!focused || focused === document.body || section.contains(focused)) {
    return null;
  }
  const box = focused.getBoundingClientRect();
  return box.height < innerHeight / 2 ? box : null;
}
