import { expect, it } from "vitest";
import { receiptRows } from "$/account/receiptRows";
import type { Schemas } from "$/api/client";

const upload = { upload_id: "upl_1" } as Schemas["Erasure"];
const track = { track_id: "trk_1", upload_id: "upl_1" } as Schemas["TrackErasure"];

it("shows each receipt under a key of its own, and none of a kind that it does not know", () => {
  const later = { kind: "export", upload: null, track: null, sequence: 9 } as unknown as Schemas["Receipt"];
  const bare = { kind: "export" } as unknown as Schemas["Receipt"];
  const rows = receiptRows([
    later,
    { kind: "track", upload: null, track, sequence: null },
    bare,
    { kind: "upload", upload, track: null, sequence: 7 },
  ]);
  expect(rows).toEqual([
    { key: "track trk_1", upload: null, track, sequence: null },
    { key: "upload upl_1", upload, track: null, sequence: 7 },
  ]);
});
