import { beforeEach, describe, expect, it, vi } from "vitest";
import { until } from "$/settled.fixture";

const { ADA, answer, beginAnew, BEN, browser, forgetting, MARK, OWNER, quiet, say, server, state, told, visit } =
  await vi.hoisted(() => import("$/state/session.fixture"));

vi.mock("$/state/uploads.svelte", () => ({ uploads: told.uploads }));
vi.mock("$/player/memory", () => told.players);
vi.mock("$/offline/kept.svelte", () => told.kept);
vi.mock("$/library/actions", () => told.actions);
vi.mock("$/state/tracks.svelte", () => ({ tracks: told.tracks }));

describe("the session", () => {
  beforeEach(beginAnew);

  it("asks nothing where nobody was signed in", async () => {
    await visit();
    expect(state().session).toMatchObject({ status: "out", account: null, told: "" });
    expect(server.asked).toEqual([]);
  });

  it("finds who was signed in before", async () => {
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "in", account: ADA });
    expect(told.tracks.begin).toHaveBeenCalledOnce();
  });

  it("asks the server who is signed in where the browser keeps nothing", async () => {
    browser.forbidStorage();
    await visit();
    expect(state().session).toMatchObject({ status: "in", account: ADA });
    await state().signOut();
    expect(state().session).toMatchObject({ status: "out", account: null });
  });

  it("asks to sign in where the session is over, and asks nothing the next time", async () => {
    say({ "/v1/me": { status: 401 }, "/v1/auth/refresh": { status: 401 } });
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "out", told: "" });
    expect(browser.stored.has(MARK)).toBe(false);
  });

  it("signs in, and keeps that somebody did, but never who", async () => {
    await visit();
    await state().signIn("ada@example.org", "a long passphrase");
    expect(state().session).toMatchObject({ status: "in", account: ADA });
    expect(JSON.stringify([...browser.stored])).not.toMatch(/ada|usr_1|passphrase/);
  });

  it("stays out with the server's words where the password is wrong", async () => {
    say({ "/v1/auth/login": { status: 401, body: { detail: "The address or the password is wrong." } } });
    await visit();
    await expect(state().signIn("ada@example.org", "wrong")).rejects.toThrow("The address or the password is wrong.");
    expect(state().session.status).toBe("out");
    expect(browser.stored.has(MARK)).toBe(false);
    expect(server.asked).toEqual(["/v1/auth/login"]);
  });

  it("says what to do where the browser refuses the cookies", async () => {
    await visit();
    say({ "/v1/auth/login": { status: 200 }, "/v1/me": { status: 401 }, "/v1/auth/refresh": { status: 401 } });
    await expect(state().signIn("ada@example.org", "a long passphrase")).rejects.toThrow("Allow cookies");
    expect(state().session.status).toBe("out");
  });

  it("spends a one-time link, whose code leaves the address before it is sent", async () => {
    const seen: string[] = [];
    vi.stubGlobal("fetch", (input: Request | string) => {
      seen.push(browser.place.hash);
      return answer(input);
    });
    await visit({ hash: "#/link/one-time-code" });
    expect(server.asked).toEqual(["/v1/auth/link", "/v1/me"]);
    expect(seen).toEqual(["#/", "#/"]);
    expect(state().session.status).toBe("in");
  });

  it("says that a link was spent, and lets who is signed in stay so", async () => {
    const spent = { status: 401, body: { detail: "This link was used.", action: "Ask for a new one." } };
    say({ "/v1/auth/link": spent, "/v1/me": { status: 200, body: ADA } });
    await visit({ hash: "#/link/spent" });
    expect(state().session).toMatchObject({ status: "out", told: "This link was used. Ask for a new one." });
    browser.stored.set(MARK, "1");
    await visit({ isRemembered: true, hash: "#/link/spent" });
    expect(state().session).toMatchObject({ status: "in", account: ADA });
  });

  it("takes a link that comes while the page is open", async () => {
    await visit();
    browser.place.hash = "#/link/one-time-code";
    browser.happen("hashchange");
    await quiet();
    expect(state().session.status).toBe("in");
    expect(browser.place.hash).toBe("#/");
  });

  it("signs out, and forgets what the browser kept for it", async () => {
    await visit({ isRemembered: true, hash: "#/account" });
    await state().signOut();
    expect(state().session).toMatchObject({ status: "out", account: null, told: "" });
    expect(browser.stored.has(MARK)).toBe(false);
    expect(browser.place.hash).toBe("#/");
    for (const forgotten of [...forgetting, told.tracks.end]) {
      expect(forgotten).toHaveBeenCalled();
    }
  });

  it("stays in where signing out did not reach the server", async () => {
    await visit({ isRemembered: true });
    vi.clearAllMocks();
    say({ "/v1/auth/logout": "away" });
    await expect(state().signOut()).rejects.toMatchObject({ reason: "UNREACHABLE" });
    expect(state().session.status).toBe("in");
    expect(told.uploads.forgetAll).not.toHaveBeenCalled();
  });

  it.each([{ status: 204 }, { status: 401 }, "away" as const])(
    "leaves nothing of whose account is erased, whatever the server says of the sign-out: %o",
    async (said) => {
      await visit({ isRemembered: true, hash: "#/account" });
      vi.clearAllMocks();
      say({ "/v1/auth/logout": said });
      await state().leaveForGood("#/closing/token");
      expect(state().session).toMatchObject({ status: "out", account: null, told: "" });
      expect([browser.stored.has(MARK), browser.stored.has(OWNER)]).toEqual([false, false]);
      expect(server.asked.at(-1)).toBe("/v1/auth/logout");
      for (const forgotten of forgetting) {
        expect(forgotten).toHaveBeenCalled();
      }
    },
  );

  it("leads whose account is erased to what follows it, though the browser cannot forget, and complains of that", async () => {
    await visit({ isRemembered: true, hash: "#/account/closing" });
    told.uploads.forgetAll.mockRejectedValueOnce(new Error("locked"));
    await expect(state().leaveForGood("#/closing/token")).rejects.toThrow("locked");
    expect(browser.place.hash).toBe("#/closing/token");
    expect(state().session.status).toBe("out");
  });

  it("leads whose account is erased to what follows it, though the browser never says that it forgot", async () => {
    await visit({ isRemembered: true, hash: "#/account/closing" });
    told.uploads.forgetAll.mockReturnValueOnce(new Promise(() => undefined));
    void state().leaveForGood("#/closing/token");
    expect(browser.place.hash).toBe("#/closing/token");
    expect(state().session.status).toBe("out");
  });

  it("waits for the end of an erased account's session no longer than anybody takes to sign in", async () => {
    await visit({ isRemembered: true });
    vi.useFakeTimers();
    const leaving: Request[] = [];
    vi.stubGlobal("fetch", (input: Request) => new Promise(() => void leaving.push(input)));
    await state().leaveForGood("#/closing/token");
    await until(() => leaving.length > 0);
    expect(leaving.map(({ signal }) => signal.aborted)).toEqual([false]);
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    expect(leaving.map(({ signal }) => signal.aborted)).toEqual([true]);
  });

  it("says that it has ended, and keeps unfinished uploads for whoever signs in again", async () => {
    await visit({ isRemembered: true });
    vi.clearAllMocks();
    const { sayEnded } = await import("$/api/refresh");
    sayEnded();
    expect(state().session).toMatchObject({ status: "out", told: "Your session has ended. Sign in again." });
    expect(told.uploads.forgetAll).not.toHaveBeenCalled();
  });

  it("ends in every tab with the sign-out of one", async () => {
    await visit({ isRemembered: true });
    browser.stored.delete(MARK);
    browser.happen("storage", { key: MARK });
    expect(state().session.status).toBe("out");
    expect(state().session.told).toContain("another tab");
    expect(told.uploads.stop).toHaveBeenCalled();
  });

  it("begins in every tab with the sign-in of one", async () => {
    await visit();
    browser.stored.set(MARK, "2");
    browser.happen("storage", { key: MARK });
    await quiet();
    await until(() => state().session.status === "in");
    expect(state().session.account).toEqual(ADA);
  });

  it("leaves what plays alone where the same person signs in again in another tab", async () => {
    await visit({ isRemembered: true });
    browser.stored.set(MARK, "2");
    browser.happen("storage", { key: MARK });
    await until(() => server.asked.length === 2);
    expect(state().session.status).toBe("in");
    expect(told.tracks.begin).toHaveBeenCalledOnce();
  });

  it("forgets what was kept for one person when another signs in", async () => {
    await visit({ isRemembered: true });
    vi.clearAllMocks();
    say({ "/v1/me": { status: 200, body: BEN }, "/v1/auth/link": { status: 200 } });
    browser.place.hash = "#/link/one-time-code";
    browser.happen("hashchange");
    await quiet();
    expect(state().session.account?.user_id).toBe("usr_2");
    expect(told.uploads.forgetAll).toHaveBeenCalledOnce();
    expect(told.players.forgetPlayers).toHaveBeenCalledOnce();
  });
});

describe("an answer that comes after its person has left", () => {
  let answerMe: (body: object) => void;

  /** The next answer of the server's is given by hand. */
  function holdNext(): void {
    vi.stubGlobal(
      "fetch",
      () => new Promise<Response>((resolve) => (answerMe = (body) => resolve(Response.json(body)))),
    );
  }

  beforeEach(beginAnew);

  it("to a new name is shown to nobody", async () => {
    await visit({ isRemembered: true });
    holdNext();
    const renaming = state().rename("Countess");
    (await import("$/api/refresh")).sayEnded();
    answerMe({ ...ADA, display_name: "Countess" });
    await renaming;
    expect(state().session).toMatchObject({ status: "out", account: null });
  });

  it("to who it is lets nobody in", async () => {
    say({ "/v1/me": { status: 503 } });
    vi.useFakeTimers();
    const visiting = visit({ isRemembered: true });
    await vi.runAllTimersAsync();
    await visiting;
    vi.useRealTimers();
    expect(state().session).toMatchObject({ status: "in", account: null });
    holdNext();
    const knowing = state().know();
    (await import("$/api/refresh")).sayEnded();
    answerMe(ADA);
    await knowing;
    expect(state().session).toMatchObject({ status: "out", account: null });
  });
});

describe("a browser that fails the page", () => {
  beforeEach(beginAnew);

  it("is complained of, and no promise is left alone with it", async () => {
    await visit({ isRemembered: true });
    const { notices } = await import("$/design/noticeList.svelte");
    say({ "/v1/me": { status: 418, body: { detail: "Not now." } } });
    browser.stored.set(MARK, "2");
    browser.happen("storage", { key: MARK });
    await until(() => notices.shown.length > 0);
    expect(notices.shown.map(({ text }) => text)).toEqual(["Not now."]);
  });
});

describe("somebody who was not asked for their age", () => {
  beforeEach(beginAnew);

  it("says so once, and the account knows it from then on", async () => {
    say({ "/v1/me": { status: 200, body: { ...ADA, age_confirmed: false } } });
    await visit({ isRemembered: true });
    expect(state().session.account?.age_confirmed).toBe(false);
    say({ "/v1/account/age": { status: 200, body: ADA } });
    await state().confirmAge();
    expect(state().session.account).toEqual(ADA);
  });

  it("stays unasked where the server could not note it", async () => {
    say({ "/v1/me": { status: 200, body: { ...ADA, age_confirmed: false } } });
    await visit({ isRemembered: true });
    say({ "/v1/account/age": { status: 409, body: { reason: "AGE_NOT_CONFIRMED", detail: "No." } } });
    await expect(state().confirmAge()).rejects.toThrow("No.");
    expect(state().session.account?.age_confirmed).toBe(false);
  });
});

describe("the end of a session", () => {
  beforeEach(async () => {
    beginAnew();
    await visit({ isRemembered: true });
    told.actions.dropDeletions.mockClear();
  });

  const ends: [string, () => Promise<void>][] = [
    ["a sign-out", () => state().signOut()],
    ["one that the server ended", async () => (await import("$/api/refresh")).sayEnded()],
    [
      "a sign-out in another tab",
      async () => {
        browser.stored.delete(MARK);
        browser.happen("storage", { key: MARK });
      },
    ],
  ];

  it.each(ends)("takes what was told and what still waits with it: %s", async (_, end) => {
    const { announce, notices, notify } = await import("$/design/noticeList.svelte");
    notify({ text: "The song is being deleted.", kind: "error" });
    announce("The song has arrived.");
    await end();
    expect(notices).toMatchObject({ shown: [], announced: "" });
    expect(told.actions.dropDeletions).toHaveBeenCalledOnce();
  });

  it.each(ends)("is told to what must not outlive it, such as a download: %s", async (_, end) => {
    const { sessionEvents } = await import("$/api/refresh");
    const heard = vi.fn();
    sessionEvents.addEventListener("closed", heard);
    await end();
    expect(heard).toHaveBeenCalledOnce();
  });

  it("does what waits before it, while the server still does it", async () => {
    told.actions.finishDeletions.mockImplementation(() => expect(server.asked).not.toContain("/v1/auth/logout"));
    server.asked = [];
    await state().signOut();
    expect(told.actions.finishDeletions).toHaveBeenCalledOnce();
    told.actions.finishDeletions.mockReset();
  });
});

describe("a server that is away", () => {
  beforeEach(() => {
    beginAnew();
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it("keeps nobody from what their device holds, and is asked again when the network is back", async () => {
    say({ "/v1/me": "away" });
    await visit({ isRemembered: true });
    expect(state().session).toMatchObject({ status: "in", account: null });
    say({ "/v1/me": { status: 200, body: ADA } });
    browser.happen("online");
    await until(() => state().session.account !== null);
    expect(state().session.account).toEqual(ADA);
    expect(told.tracks.begin).toHaveBeenCalledOnce();
  });
});
