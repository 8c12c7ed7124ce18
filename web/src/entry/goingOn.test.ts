import { beforeEach, expect, it, vi } from "vitest";
import { goOnAt, isOf, placeNow } from "$/entry/goingOn";

const { session, kept, told } = vi.hoisted(() => ({
  session: { status: "in", account: null as { user_id: string; email: string } | null },
  kept: { owner: null as string | null },
  told: { goInstead: vi.fn(), notify: vi.fn(), observe: vi.fn() },
}));
vi.mock("$/state/session.svelte", () => ({ session }));
vi.mock("$/state/owner", () => ({ keptOwner: () => kept.owner }));
vi.mock("$/state/route.svelte", () => ({ goInstead: told.goInstead }));
vi.mock("$/design/noticeList.svelte", () => ({ notify: told.notify }));
vi.mock("$/state/pressed", () => ({ lastPressed: () => "Make a key", nameOf: () => "" }));

const ADA = { user_id: "usr_1", email: "ada@example.org" };
const BEN = { user_id: "usr_2", email: "ben@example.org" };

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal("location", { hash: "#/account/keys" });
  vi.stubGlobal("document", { body: {}, querySelectorAll: () => [] });
  vi.stubGlobal(
    "MutationObserver",
    class {
      observe = told.observe;
      disconnect = vi.fn();
    },
  );
  vi.stubGlobal("addEventListener", vi.fn());
  vi.useFakeTimers();
  Object.assign(session, { status: "in", account: ADA });
  kept.owner = "digest of ada";
});

it("leads whoever it was of back, says that it is them, and looks for what they were about to do", () => {
  goOnAt(placeNow());
  expect(told.goInstead).toHaveBeenCalledWith("#/account/keys");
  expect(told.notify.mock.lastCall?.[0].text).toContain("Make a key");
  expect(told.observe).toHaveBeenCalledOnce();
});

it("tells another person, and does not show them the place", () => {
  const place = placeNow();
  Object.assign(session, { account: BEN });
  kept.owner = "digest of ben";
  goOnAt(place);
  expect(told.goInstead).toHaveBeenCalledWith("#/");
  expect(told.notify.mock.lastCall?.[0].text).toContain("another account now: ben@example.org");
});

it("calls nobody another person whom the server cannot name now", () => {
  const place = placeNow();
  session.account = null;
  goOnAt(place);
  expect(told.goInstead).toHaveBeenCalledWith("#/account/keys");
  expect(told.notify).not.toHaveBeenCalled();
});

it("knows whose place it is though the server could not name them when they left", () => {
  session.account = null;
  const place = placeNow();
  Object.assign(session, { account: BEN });
  kept.owner = "digest of ben";
  goOnAt(place);
  expect(told.notify.mock.lastCall?.[0].text).toContain("another account now");
});

it("looks for no button where none is known", () => {
  goOnAt({ ...placeNow(), act: "" });
  expect(told.notify).toHaveBeenCalledOnce();
  expect(told.observe).not.toHaveBeenCalled();
});

it("is of whoever is signed in, and never of who is not", () => {
  const place = placeNow();
  expect(isOf(place)).toBe(true);
  session.status = "out";
  expect(isOf(place)).toBe(false);
  session.status = "in";
  kept.owner = "digest of ben";
  expect(isOf(place)).toBe(false);
  kept.owner = null;
  expect(isOf({ ...place, who: "" })).toBe(false);
});
