import { beforeEach, expect, it, vi } from "vitest";
import { checkout, forgetPayments, seen, seenBefore } from "$/state/payments.svelte";
import { MadeStorage } from "$/state/storage.fixture";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn(), POST: vi.fn() } }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));

const storage = new MadeStorage();
let last4 = "4242";

beforeEach(() => {
  storage.kept.clear();
  last4 = "4242";
  vi.stubGlobal("sessionStorage", storage);
  vi.stubGlobal("location", { assign: vi.fn() });
  api.GET.mockImplementation(async () => ({ is_set_up: false, card: { type: "visa", last4 } }));
  api.POST.mockResolvedValue({ url: "https://pay.example/1" });
});

it("keeps nothing readable of what was paid for while somebody is away to pay", async () => {
  await checkout("pro_monthly");
  expect([...storage.kept.values()]).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
  expect(location.assign).toHaveBeenCalledWith("https://pay.example/1");
});

it("tells whether it is another by now, once", async () => {
  await checkout("pro_monthly");
  expect(await seen()).toBe(seenBefore());
  expect(seenBefore()).toBeNull();
  await checkout("pro_monthly");
  last4 = "1881";
  expect(await seen()).not.toBe(seenBefore());
});

it("forgets it with all else of the person", async () => {
  await checkout("pro_monthly");
  forgetPayments();
  expect(seenBefore()).toBeNull();
});
