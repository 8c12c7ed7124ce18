import { beforeEach, describe, expect, it, vi } from "vitest";
import { until } from "$/settled.fixture";

const { ADA, beginAnew, BEN, browser, forgetting, MARK, OWNER, say, server, state, told, visit } = await vi.hoisted(
  () => import("$/state/session.fixture"),
);

vi.mock("$/state/uploads.svelte", () => ({ uploads: told.uploads }));
vi.mock("$/player/memory", () => told.players);
vi.mock("$/offline/kept.svelte", () => told.kept);
vi.mock("$/library/actions", () => told.actions);
vi.mock("$/state/tracks.svelte", () => ({ tracks: told.tracks }));

describe("what the browser keeps for a person", () => {
  beforeEach(beginAnew);

  /** Ada has been here, and the page is opened again. */
  async function visitAgain(): Promise<void> {
    await visit({ isRemembered: true });
    vi.clearAllMocks();
    await visit({ isRemembered: true });
  }

  it("is told apart by a short digest", async () => {
    await visit({ isRemembered: true });
    expect(browser.stored.get(OWNER)).toMatch(/^[0-9a-f]{16}$/);
  });

  it("stays for the same person over a reload", async () => {
    await visitAgain();
    expect(state().session.account).toEqual(ADA);
    for (const forgotten of forgetting) {
      expect(forgotten).not.toHaveBeenCalled();
    }
  });

  it("is forgotten when another signs in after a reload", async () => {
    await visitAgain();
    const before = browser.stored.get(OWNER);
    say({ "/v1/me": { status: 200, body: BEN } });
    await visit({ isRemembered: true });
    for (const forgotten of forgetting) {
      expect(forgotten).toHaveBeenCalledOnce();
    }
    expect(browser.stored.get(OWNER)).not.toBe(before);
  });

  it("is forgotten where nobody knows any more whose it is", async () => {
    await visitAgain();
    browser.stored.delete(OWNER);
    await visit({ isRemembered: true });
    expect(told.kept.forgetEverything).toHaveBeenCalledOnce();
  });

  it("stays where another tab has already forgotten the first one's, and only this page lets go of it", async () => {
    await visitAgain();
    const { ownerDigest } = await import("$/state/owner");
    browser.stored.set(OWNER, await ownerDigest(BEN.user_id));
    browser.stored.set(MARK, "2");
    say({ "/v1/me": { status: 200, body: BEN } });
    const { models } = await import("$/state/models.svelte");
    models.chosen = "sextet";
    browser.stored.set("stripsession.model", "duo");
    const closed = vi.fn();
    (await import("$/api/refresh")).sessionEvents.addEventListener("closed", closed);
    browser.happen("storage", { key: MARK });
    await until(() => state().session.account?.email === BEN.email);
    expect(models.chosen).toBe("duo");
    expect(closed).toHaveBeenCalledOnce();
    expect(told.kept.relistKept).toHaveBeenCalledOnce();
    expect(told.uploads.stop).toHaveBeenCalledOnce();
    expect(told.kept.forgetEverything).not.toHaveBeenCalled();
  });

  it("goes with a sign-out, the traces of the session too", async () => {
    browser.stored.set("stripsession.refreshed-at", "1");
    await visit({ isRemembered: true });
    const { tabShelf } = await import("$/state/shelf");
    tabShelf.write("stripsession.before-payment", "visa 4242");
    await state().signOut();
    expect([...browser.stored.keys(), ...tabShelf.keys("")]).toEqual([]);
  });

  it("goes from each tab with a sign-out in one", async () => {
    await visitAgain();
    browser.stored.delete(OWNER);
    browser.stored.delete(MARK);
    browser.happen("storage", { key: MARK });
    expect(told.kept.forgetEverything).toHaveBeenCalledOnce();
  });

  it("stays with a session that has merely ended in another tab", async () => {
    await visitAgain();
    browser.stored.delete(MARK);
    browser.happen("storage", { key: MARK });
    expect(told.kept.forgetEverything).not.toHaveBeenCalled();
  });

  it("is no answer to who has just signed in", async () => {
    await visit();
    told.kept.forgetAnswers.mockImplementation(() => expect(server.asked).toEqual(["/v1/auth/login"]));
    await state().signIn("ada@example.org", "a long passphrase");
    expect(told.kept.forgetAnswers).toHaveBeenCalledOnce();
    told.kept.forgetAnswers.mockReset();
  });

  it("is looked through when they come, and when the network is back", async () => {
    await visitAgain();
    expect(told.kept.reviewKept).toHaveBeenCalledOnce();
    browser.happen("online");
    await until(() => told.kept.reviewKept.mock.calls.length === 2);
  });
});
