import { expect, it } from "vitest";
import source from "$/entry/Policy.svelte?raw";

/** What the view itself says: neither its script nor its style, nor what stands in tags or braces. */
function said(view: string): string {
  const shown = view.replace(/<(script|style)[\s\S]*?<\/\1>/g, "");
  return shown.replace(/\{[^{}]*(\{[^{}]*\}[^{}]*)*\}/g, "").replace(/<[^>]*>/g, "");
}

it("says nothing but the policy: a sentence that no clause has stands nowhere in it", () => {
  expect(said(source).replace(/[\s.,–]/g, "")).toBe("");
  expect(said(source.replace("</section>", "<p>We may sell it.</p></section>"))).toContain("We may sell it.");
});

it("takes of the page's own words none but its name, and those of loading and failing", () => {
  const taken = [...source.matchAll(/i18n\.m\.([\w.]+)/g)].map(([, name]) => name);
  expect([...new Set(taken)].sort()).toEqual(["page.brand", "page.loading", "page.reload"]);
});
