import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Endpoint } from "$/account/webhooks";
import { de } from "$/i18n/de/index";
import { en } from "$/i18n/en/index";

vi.hoisted(() => vi.stubGlobal("location", { origin: "http://page.test" }));

const { attemptText, enableEndpoint, EVENTS, eventText, listDeliveries } = await import("$/account/webhooks");

describe("webhooks", () => {
  let asked: string[] = [];

  beforeEach(() => {
    asked = [];
    vi.stubGlobal("fetch", async (request: Request) => {
      asked.push(new URL(request.url).search);
      return Response.json({ deliveries: [], next_cursor: null });
    });
  });

  it("are told of nothing that the page has no words for, in any language", () => {
    for (const words of [en.webhooks, de.webhooks]) {
      expect(Object.keys(words.events).toSorted()).toEqual([...EVENTS, "webhook.test"].toSorted());
    }
  });

  it("say what came of a try, or what was wrong with it", () => {
    const began_at = "2030-01-01T00:00:00Z";
    expect(attemptText({ began_at, duration_ms: 1200, http_status: 503, fault: "refused" })).toBe(
      "Answered 503 (1,200 ms)",
    );
    expect(attemptText({ began_at, duration_ms: 10_000, http_status: null, fault: "timeout" })).toBe(
      "No answer in time (10,000 ms)",
    );
  });

  it("show a word that is newer than the page as it is", () => {
    expect(eventText("track.ready")).toBe(en.webhooks.events["track.ready"]);
    expect(eventText("track.played")).toBe("track.played");
    expect(eventText("constructor")).toBe("constructor");
  });

  it("are turned on at the address that their owner was shown where the account was taken back", async () => {
    const bodies: unknown[] = [];
    const endpoint: Endpoint = {
      endpoint_id: "whe_1",
      url: "https://example.org/hooks",
      events: ["track.ready"],
      created_at: "2030-01-01T00:00:00Z",
      disabled_at: "2030-01-02T00:00:00Z",
      disabled_reason: "reclaimed",
      old_secret_until: null,
    };
    vi.stubGlobal("fetch", async (request: Request) => {
      bodies.push(await request.json());
      return Response.json(endpoint);
    });
    await enableEndpoint(endpoint, true);
    await enableEndpoint(endpoint, false);
    await enableEndpoint({ ...endpoint, disabled_reason: "failing" }, true);
    expect(bodies).toEqual([{ enabled: true, url: endpoint.url }, { enabled: false }, { enabled: true }]);
  });

  it("go on in the log where the page before ended", async () => {
    await listDeliveries("whe_1", "");
    await listDeliveries("whe_1", "abc");
    expect(asked).toEqual(["?limit=20", "?limit=20&cursor=abc"]);
  });
});
