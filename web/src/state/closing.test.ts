import { beforeEach, describe, expect, it, vi } from "vitest";
import { sessionEvents } from "$/api/refresh";
import { askClosing, closing, forgetClosing, keepAccount, readClosing } from "$/state/closing.svelte";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn(), POST: vi.fn(), DELETE: vi.fn() } }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));

const WAITING = {
  state: "waiting",
  asked_at: "2030-01-01T00:00:00Z",
  due_at: "2030-01-08T00:00:00Z",
  at_once: false,
};
const NOTHING = { now: null, window_s: 0, isRead: false, problem: "" };

const leave = (): boolean => sessionEvents.dispatchEvent(new Event("closed"));

/** An answer that comes when it is told to. */
function held(): { answer: Promise<unknown>; come: (answer: unknown) => void } {
  let come = (_: unknown): void => undefined;
  const answer = new Promise((resolve) => (come = resolve));
  return { answer, come };
}

describe("the closing of whoever is signed in", () => {
  beforeEach(() => {
    vi.resetAllMocks();
    forgetClosing();
  });

  it("is as it was read last, whatever order the answers come in", async () => {
    const late = held();
    api.GET.mockReturnValueOnce(late.answer).mockResolvedValue({ closing: null, window_s: 60 });
    const first = readClosing();
    await readClosing();
    late.come({ closing: WAITING, window_s: 60 });
    await first;
    expect(closing).toEqual({ now: null, window_s: 60, isRead: true, problem: "" });
  });

  it("stays as it was known where it cannot be read", async () => {
    api.GET.mockResolvedValueOnce({ closing: WAITING, window_s: 60 }).mockRejectedValue(new Error("away"));
    await readClosing();
    await readClosing();
    expect(closing).toMatchObject({ now: WAITING, isRead: true });
    expect(closing.problem).not.toBe("");
  });

  it("is what its person has just done", async () => {
    api.POST.mockResolvedValue({ ...WAITING, token: "secret", path: "/" });
    expect(await askClosing(false, "wish")).toBe("secret");
    expect(closing.now).toEqual(WAITING);
    await keepAccount();
    expect(closing.now).toBeNull();
  });

  it("is forgotten when its person is signed in no more, for whatever reason", async () => {
    api.GET.mockResolvedValue({ closing: WAITING, window_s: 60 });
    await readClosing();
    leave();
    expect(closing).toEqual(NOTHING);
  });

  it("is not told to the next person by an answer that comes late", async () => {
    const [reading, asking, keeping] = [held(), held(), held()];
    api.GET.mockReturnValue(reading.answer);
    api.POST.mockReturnValue(asking.answer);
    api.DELETE.mockReturnValue(keeping.answer);
    const all = [readClosing(), askClosing(false, "wish"), keepAccount()];
    leave();
    reading.come({ closing: WAITING, window_s: 60 });
    asking.come({ ...WAITING, token: "secret", path: "/" });
    await Promise.all(all.slice(0, 2));
    expect(closing).toEqual(NOTHING);
    // The next person's own is not taken from them either.
    closing.now = WAITING as NonNullable<typeof closing.now>;
    keeping.come(undefined);
    await Promise.all(all);
    expect(closing.now).toEqual(WAITING);
  });
});
