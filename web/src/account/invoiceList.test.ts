import { beforeEach, describe, expect, it, vi } from "vitest";
import { InvoiceList } from "$/account/invoiceList.svelte";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn() } }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));
vi.mock("$/state/timer", () => ({ timer: { after: (_: number, work: () => void) => work() } }));

const page = (...ids: string[]) => ({ invoices: ids.map((invoice_id) => ({ invoice_id })), next_cursor: null });
const ids = (list: InvoiceList): string[] => list.all.map(({ invoice_id }) => invoice_id);

beforeEach(() => vi.resetAllMocks());

describe("the invoices", () => {
  it("are read anew after a payment until the new one is among them", async () => {
    api.GET.mockResolvedValueOnce(page("in_1"))
      .mockResolvedValueOnce(page("in_1"))
      .mockResolvedValue(page("in_2", "in_1"));
    const list = new InvoiceList();
    await list.read();
    const reading = list.readPaid();
    expect(list.isAwaited).toBe(true);
    await reading;
    expect([ids(list), list.isAwaited, api.GET.mock.calls.length]).toEqual([["in_2", "in_1"], false, 3]);
  });

  it("are not waited for without end", async () => {
    api.GET.mockResolvedValue(page());
    const list = new InvoiceList();
    await list.read();
    await list.readPaid();
    expect([ids(list), list.isAwaited]).toEqual([[], false]);
  });

  it("are looked for more than once where none was read before the payment was noticed", async () => {
    api.GET.mockResolvedValueOnce(page("in_1")).mockResolvedValue(page("in_2", "in_1"));
    const list = new InvoiceList();
    await list.readPaid();
    expect(ids(list)).toEqual(["in_2", "in_1"]);
  });

  it("come page by page, and as they were read last whichever answer comes last", async () => {
    api.GET.mockResolvedValueOnce({ ...page("in_2"), next_cursor: "more" }).mockResolvedValueOnce(page("in_1"));
    const list = new InvoiceList();
    await list.read();
    await list.read();
    expect([ids(list), list.cursor]).toEqual([["in_2", "in_1"], null]);
    let answer = (_: unknown): void => undefined;
    api.GET.mockReturnValueOnce(new Promise((resolve) => (answer = resolve))).mockResolvedValue(page("in_3", "in_2"));
    const late = list.read();
    await list.readPaid();
    answer(page("in_2"));
    await late;
    expect([ids(list), list.isBusy]).toEqual([["in_3", "in_2"], false]);
  });
});
