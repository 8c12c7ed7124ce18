import { beforeEach, describe, expect, it, vi } from "vitest";
import { en } from "$/i18n/en/index";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://page.test" }));

const { lastUsedText, LIVES, makeKey, SCOPES } = await import("$/account/apiKeys");

describe("API keys", () => {
  const sent: unknown[] = [];

  beforeEach(() => {
    sent.length = 0;
    vi.stubGlobal("fetch", async (request: Request) => {
      sent.push(await request.json());
      return Response.json({}, { status: 201 });
    });
  });

  it("are said to end after days, or never in so many words", async () => {
    for (const life of LIVES) {
      await makeKey("backup", ["downloads"], life);
    }
    expect(sent).toEqual([
      { name: "backup", scopes: ["downloads"], expires_in_days: 30 },
      { name: "backup", scopes: ["downloads"], expires_in_days: 90 },
      { name: "backup", scopes: ["downloads"], expires_in_days: 365 },
      { name: "backup", scopes: ["downloads"], never_expires: true },
    ]);
  });

  it("were last used on the server's day, whatever the reader's time zone", () => {
    expect(lastUsedText("2030-05-05")).toBe("Last used on May 5, 2030");
    expect(lastUsedText(null)).toBe("Never used");
  });

  it("are for nothing that the page has no words for", () => {
    expect(Object.keys(en.keys.scopes).toSorted()).toEqual([...SCOPES].toSorted());
  });
});
