/** The player's keys. */

import type { LoopPoint } from "$/player/practice.svelte";

export type Act =
  | { name: "toggle" | "home" | "end" | "toggleLoop" | "clearLoop" | "click" | "reset" }
  | { name: "help" }
  | { name: "step"; by_s: number }
  | { name: "nudge"; by: 1 | -1 }
  | { name: "setPoint"; point: LoopPoint }
  | { name: "nudgePoint"; point: LoopPoint; by: 1 | -1 }
  | { name: "mute" | "solo"; lane: number }
  | { name: "tempo" | "pitch"; by: number }
  | { name: "zoom"; factor: number };

export type KeyPress = Pick<KeyboardEvent, "key" | "code" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">;

export const STEP_S = 5;
const TEMPO_STEP = 5;
export const ZOOM_STEP = 2;

/** Keys that are no characters: they do no harm to who speaks to the machine, and stay when shortcuts are off. */
const PLAIN: Record<string, Act> = {
  " ": { name: "toggle" },
  ArrowLeft: { name: "step", by_s: -STEP_S },
  ArrowRight: { name: "step", by_s: STEP_S },
  Home: { name: "home" },
  End: { name: "end" },
};

const SHIFTED: Record<string, Act> = {
  ArrowLeft: { name: "nudge", by: -1 },
  ArrowRight: { name: "nudge", by: 1 },
};

const CHARACTERS: Record<string, Act> = {
  a: { name: "setPoint", point: "a" },
  b: { name: "setPoint", point: "b" },
  // Side by side on every keyboard of Latin letters.
  d: { name: "nudgePoint", point: "a", by: -1 },
  f: { name: "nudgePoint", point: "a", by: 1 },
  g: { name: "nudgePoint", point: "b", by: -1 },
  h: { name: "nudgePoint", point: "b", by: 1 },
  l: { name: "toggleLoop" },
  c: { name: "clearLoop" },
  m: { name: "click" },
  "+": { name: "tempo", by: TEMPO_STEP },
  "=": { name: "tempo", by: TEMPO_STEP },
  "-": { name: "tempo", by: -TEMPO_STEP },
  "[": { name: "pitch", by: -1 },
  "]": { name: "pitch", by: 1 },
  // Brackets need AltGr on many keyboards, and with it a key is the browser's.
  ",": { name: "pitch", by: -1 },
  ".": { name: "pitch", by: 1 },
  "0": { name: "reset" },
  z: { name: "zoom", factor: 1 / ZOOM_STEP },
  x: { name: "zoom", factor: ZOOM_STEP },
  "?": { name: "help" },
};

/** What a key does; null where it is the browser's. `areCharactersOn`: single letters and signs count. */
export function actOf(press: KeyPress, areCharactersOn: boolean): Act | null {
  if (press.ctrlKey || press.metaKey || press.altKey) {
    return null;
  }
  const plain = (press.shiftKey ? SHIFTED : PLAIN)[press.key];
  if (plain) {
    return plain;
  }
  if (!areCharactersOn) {
    return null;
  }
  // By place and not by sign: with Shift a digit's key gives another sign on every keyboard.
  const digit = /^Digit([1-9])$/.exec(press.code);
  if (digit) {
    return { name: press.shiftKey ? "solo" : "mute", lane: Number(digit[1]) - 1 };
  }
  return CHARACTERS[press.key.toLowerCase()] ?? null;
}

/** Whether a key belongs to what has the focus: text to write, a list to choose from, a slider to move. */
export function isSpokenFor(target: Element, key: string): boolean {
  if (target.closest("dialog, [popover], [role=menu], [contenteditable]") || target.matches("select, textarea")) {
    return true;
  }
  if (target.matches("input[type=range]")) {
    return key.startsWith("Arrow") || key === "Home" || key === "End";
  }
  if (target.matches("input[type=checkbox], input[type=radio]")) {
    return key === " " || key.startsWith("Arrow");
  }
  // A link does nothing on Space, and the one that opened this player may still have the focus.
  return target.matches("button, summary") ? key === " " : target.matches("input");
}
