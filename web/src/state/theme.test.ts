import { afterEach, expect, test, vi } from "vitest";
import { MadeStorage } from "$/state/storage.fixture";
import { beginTheme, chooseTheme } from "$/state/theme.svelte";

const GROUNDS: Record<string, string> = { light: "#eee", dark: "#111" };

afterEach(() => vi.unstubAllGlobals());

test("what the browser paints around the page is the ground of the theme that is shown", () => {
  const root = { dataset: {} as Record<string, string> };
  const meta = new Map<string, string>();
  const setAttribute = (name: string, value: string): unknown => meta.set(name, value);
  vi.stubGlobal("document", { documentElement: root, querySelectorAll: () => [{ setAttribute }] });
  vi.stubGlobal("getComputedStyle", () => ({ getPropertyValue: () => ` ${GROUNDS[root.dataset["theme"]!]}` }));
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal("localStorage", new MadeStorage());
  beginTheme();
  expect(meta.get("content")).toBe("#eee");
  chooseTheme("dark");
  expect(meta.get("content")).toBe("#111");
});
