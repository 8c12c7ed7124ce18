import { beforeEach, describe, expect, it, vi } from "vitest";
import { erasedAt } from "$/library/receipts";

const { api } = vi.hoisted(() => ({ api: { GET: vi.fn() } }));
vi.mock("$/api/client", () => ({ api, told: async (answer: Promise<unknown>) => answer }));

const MADE_AT = "2024-05-01T10:00:00Z";
const receipt = (upload_id: string, day: string) => ({ upload_id, erased_at: `2024-05-${day}T12:00:00Z` });
const cursors = (): unknown[] => api.GET.mock.calls.map(([, { params }]) => params.query.cursor);

beforeEach(() => void api.GET.mockReset());

describe("the receipt of an upload", () => {
  it("is found however many were erased after it", async () => {
    api.GET.mockResolvedValueOnce({ erasures: [receipt("upl_9", "09"), receipt("upl_8", "08")], next_cursor: "more" });
    api.GET.mockResolvedValueOnce({ erasures: [receipt("upl_1", "02")], next_cursor: "still more" });
    expect(await erasedAt("upl_1", MADE_AT)).toBe("2024-05-02T12:00:00Z");
    expect(cursors()).toEqual([undefined, "more"]);
  });

  it("is not looked for among those from before its song", async () => {
    const before = { upload_id: "upl_0", erased_at: "2024-04-30T12:00:00Z" };
    api.GET.mockResolvedValueOnce({ erasures: [receipt("upl_9", "09"), before], next_cursor: "more" });
    expect(await erasedAt("upl_1", MADE_AT)).toBeNull();
    expect(cursors()).toEqual([undefined]);
  });

  it("is none where nothing was erased", async () => {
    api.GET.mockResolvedValueOnce({ erasures: [], next_cursor: null });
    expect(await erasedAt("upl_1", MADE_AT)).toBeNull();
  });
});
