import { describe, expect, it } from "vitest";
import { LeftDeletions } from "$/library/leftDeletions";
import { Shelf } from "$/state/shelf";
import { MadeStorage } from "$/state/storage.fixture";

describe("deletions of a page that was left", () => {
  it("outlast the page, one by one or all until forgotten", () => {
    const storage = new MadeStorage();
    const before = new LeftDeletions(new Shelf(() => storage));
    before.remember("trk_1");
    before.remember("trk_2");
    before.remember("trk_3");
    const after = new LeftDeletions(new Shelf(() => storage));
    expect(after.all.sort()).toEqual(["trk_1", "trk_2", "trk_3"]);
    after.forget("trk_2");
    expect(after.all.sort()).toEqual(["trk_1", "trk_3"]);
    after.forgetAll();
    expect(after.all).toEqual([]);
  });
});
