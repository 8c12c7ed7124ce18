import { expect, test } from "vitest";
import progress from "$/design/Progress.svelte?raw";
import slider from "$/design/Slider.svelte?raw";

/** What a rule says, by its selector as it stands in the file. */
function ruleOf(source: string, selector: string): string {
  const begin = source.indexOf(`\n  ${selector} {`);
  return begin < 0 ? "" : source.slice(source.indexOf("{", begin) + 1, source.indexOf("}", begin)).trim();
}

/** Chromium draws a thumb with its border inside its size, and Firefox around it where it is not told. */
test("a slider's thumb has one size in every browser", () => {
  const [blink, gecko] = ["-webkit-slider-thumb", "-moz-range-thumb"].map((part) => ruleOf(slider, `input::${part}`));
  for (const line of ["width: 12px;", "height: 22px;", "border: 2px solid var(--surface);"]) {
    expect([blink, gecko]).toEqual([expect.stringContaining(line), expect.stringContaining(line)]);
  }
  expect(gecko).toContain("box-sizing: border-box;");
});

/** Firefox has a full bar above it where nobody knows how far it is. */
test("what nobody knows the end of is striped in every browser", () => {
  for (const part of ["-webkit-progress-bar", "-moz-progress-bar"]) {
    expect(ruleOf(progress, `progress:indeterminate::${part}`)).toBe("background: none;");
  }
});
