import { describe, expect, it } from "vitest";
import { addressOf, isBeforeAge, sectionOf, SECTIONS } from "$/account/sections";
import { routeOf } from "$/state/route.svelte";

describe("the parts of the account view", () => {
  it("have addresses that open the account view and lead back to them", () => {
    for (const section of SECTIONS) {
      expect(routeOf(addressOf(section)).view).toBe("account");
      expect(sectionOf(addressOf(section))).toBe(section);
    }
  });

  it("are not named by the bare address or an unknown name", () => {
    expect(sectionOf("#/account")).toBeNull();
    expect(sectionOf("#/account/elsewhere")).toBeNull();
  });

  it("shows what is held and the ways out to whoever was not asked for their age yet, and nothing else", () => {
    const shown = SECTIONS.filter((section) => isBeforeAge(addressOf(section)));
    expect(shown).toEqual(["privacy", "requests", "export", "receipts", "session", "closing"]);
    expect(["", "#/", "#/account", "#/track/trk_1", "#/account/closings"].some(isBeforeAge)).toBe(false);
  });
});
