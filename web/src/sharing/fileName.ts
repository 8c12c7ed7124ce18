/** What a file is called where the page has to say it: "<title> - <part>.<ending>", safe on every file system. */

const CHARACTERS_MAX = 120;

export function fileName(title: string, part: string, ending: string): string {
  const stem = [safe(title) || "track", safe(part)].filter(Boolean).join(" - ");
  return `${stem}.${ending}`;
}

function safe(text: string): string {
  const printed = text
    .normalize("NFC")
    // What cannot be seen may reorder or hide the rest.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, "")
    .replace(/[<>:"/\\|?*]/g, "_")
    .replace(/\s+/g, " ");
  return [...printed]
    .slice(0, CHARACTERS_MAX)
    .join("")
    .replace(/^[ .]+|[ .]+$/g, "");
}
