import { describe, expect, test } from "vitest";
import { actOf, type KeyPress } from "$/player/keys";

const press = (key: string, more: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: "",
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe("keys", () => {
  test("play, step, and go to both ends", () => {
    expect(actOf(press(" "), true)).toEqual({ name: "toggle" });
    expect(actOf(press("ArrowLeft"), true)).toEqual({ name: "step", by_s: -5 });
    expect(actOf(press("End"), true)).toEqual({ name: "end" });
  });

  test("with Shift step by a beat, and set of the loop's points the one, the other, and each a beat back or further", () => {
    expect(actOf(press("ArrowLeft", { shiftKey: true }), true)).toEqual({ name: "nudge", by: -1 });
    expect(actOf(press("ArrowRight", { shiftKey: true }), false)).toEqual({ name: "nudge", by: 1 });
    expect(actOf(press("b"), true)).toEqual({ name: "setPoint", point: "b" });
    for (const [back, further, point] of [
      ["d", "f", "a"],
      ["g", "h", "b"],
    ] as const) {
      expect(actOf(press(back), true)).toEqual({ name: "nudgePoint", point, by: -1 });
      expect(actOf(press(further), true)).toEqual({ name: "nudgePoint", point, by: 1 });
      expect(actOf(press(further), false)).toBeNull();
    }
  });

  test("of digits mute, and with Shift solo, whatever sign the keyboard makes of it", () => {
    expect(actOf(press("2", { code: "Digit2" }), true)).toEqual({ name: "mute", lane: 1 });
    expect(actOf(press('"', { code: "Digit2", shiftKey: true }), true)).toEqual({ name: "solo", lane: 1 });
    expect(actOf(press("é", { code: "Digit2" }), true)).toEqual({ name: "mute", lane: 1 });
  });

  test("of brackets, and of comma and full stop, move the pitch down and up", () => {
    for (const [down, up] of [
      ["[", "]"],
      [",", "."],
    ] as const) {
      expect(actOf(press(down), true)).toEqual({ name: "pitch", by: -1 });
      expect(actOf(press(up), true)).toEqual({ name: "pitch", by: 1 });
    }
  });

  test("are found in capitals too", () => {
    expect(actOf(press("A", { shiftKey: true }), true)).toEqual({ name: "setPoint", point: "a" });
    expect(actOf(press("?", { code: "Slash", shiftKey: true }), true)).toEqual({ name: "help" });
  });

  test("with Ctrl, Alt or Meta stay the browser's", () => {
    for (const held of ["ctrlKey", "altKey", "metaKey"]) {
      expect(actOf(press("l", { [held]: true }), true)).toBeNull();
      expect(actOf(press(" ", { [held]: true }), true)).toBeNull();
    }
  });

  test("that are single characters do nothing when they were turned off", () => {
    for (const key of ["a", "m", "+", "[", ",", "0", "?"]) {
      expect(actOf(press(key), false)).toBeNull();
    }
    expect(actOf(press("1", { code: "Digit1" }), false)).toBeNull();
    expect(actOf(press(" "), false)).toEqual({ name: "toggle" });
  });

  test("that mean nothing here are left alone", () => {
    expect(actOf(press("q"), true)).toBeNull();
    expect(actOf(press("Tab"), true)).toBeNull();
  });
});
