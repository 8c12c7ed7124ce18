/** What the page has made or fetched, as a file to keep. */

import { timer } from "$/state/timer";

/** Some browsers read it only when a person has said where it is to lie, and a click does not wait for them. */
const READ_MS_MAX = 60_000;

export function saveFile(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  timer.after(READ_MS_MAX, () => URL.revokeObjectURL(url));
}
