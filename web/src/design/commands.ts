/** Commands in a sentence: what stands between backticks. */

export interface Part {
  text: string;
  isCommand: boolean;
}

const COMMAND = /`([^`]+)`/;

export function partsOf(text: string): Part[] {
  return text
    .split(COMMAND)
    .map((part, at) => ({ text: part, isCommand: at % 2 === 1 }))
    .filter((part) => part.text);
}

/** The same where nothing can be marked, such as what is only read out. */
export function plain(text: string): string {
  return partsOf(text)
    .map((part) => part.text)
    .join("");
}
