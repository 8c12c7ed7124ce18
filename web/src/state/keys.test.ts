import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isUndo, undoKeysName } from "$/state/keys";

/** Of one name, in nothing. */
class MadeElement {
  constructor(
    readonly name: string,
    readonly type = "",
  ) {}

  closest(selector: string): MadeElement | null {
    return selector.split(", ").includes(this.name) ? this : null;
  }
}

const pressed = (more: object, target: object | null = null): boolean =>
  isUndo({ key: "z", ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, target, ...more } as KeyboardEvent);

describe("the keys that undo", () => {
  beforeEach(() => vi.stubGlobal("Element", MadeElement));
  afterEach(() => vi.unstubAllGlobals());

  it("are Z with Ctrl or Meta, in capitals too", () => {
    expect(pressed({})).toBe(true);
    expect(pressed({ key: "Z", ctrlKey: false, metaKey: true })).toBe(true);
    expect(pressed({ ctrlKey: false })).toBe(false);
    expect(pressed({ key: "y" })).toBe(false);
  });

  it("are none with Shift or Alt, which other keyboards and commands need", () => {
    expect(pressed({ shiftKey: true })).toBe(false);
    expect(pressed({ altKey: true })).toBe(false);
  });

  it("are none where a browser fills a field in, and names no key", () => {
    expect(pressed({ key: undefined, ctrlKey: false })).toBe(false);
    expect(pressed({ key: undefined })).toBe(false);
  });

  it.each([
    ["input", "text"],
    ["input", "search"],
    ["input", "password"],
    ["textarea", ""],
    ["[contenteditable]", ""],
    ["dialog", ""],
  ])("belong to %s %s", (name, type) => {
    expect(pressed({}, new MadeElement(name, type))).toBe(false);
  });

  it.each([
    ["input", "checkbox"],
    ["input", "range"],
    ["select", "select-one"],
    ["button", "button"],
  ])("undo from %s %s, in which nothing is typed", (name, type) => {
    expect(pressed({}, new MadeElement(name, type))).toBe(true);
  });
});

it("names no key where fingers point, even where a phone says that it can hover", () => {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: query === "(pointer: coarse)" }));
  expect(undoKeysName()).toBe("");
  vi.unstubAllGlobals();
  expect(undoKeysName()).toBe("Ctrl+Z");
});
