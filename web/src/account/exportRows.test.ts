import { expect, it } from "vitest";
import { exportRows, lifeText } from "$/account/exportRows";
import type { Schemas } from "$/api/client";

const ready: Schemas["Export"] = {
  export_id: "exp_1",
  state: "ready",
  asked_at: "2030-01-01T12:00:00Z",
  ready_at: "2030-01-01T12:05:00Z",
  expires_at: "2030-01-08T12:05:00Z",
  files: 58,
  size_bytes: 734_003_200,
  ending: null,
  path: "/v1/privacy/exports/exp_1/archive.zip",
};

it("a ready export can be downloaded, and says how large it is and until when", () => {
  const [row] = exportRows([ready]);
  expect(row).toMatchObject({ mark: "ready", isPreparing: false, path: ready.path });
  expect(row?.text).toMatch(/^734 MB, until Jan 8, 2030/);
});

it("one that is being prepared says how much there is, and is nowhere to be downloaded", () => {
  const [row] = exportRows([{ ...ready, state: "preparing", files: 1, size_bytes: 2000, expires_at: null }]);
  expect(row).toMatchObject({ isPreparing: true, path: null });
  expect(row?.text).toMatch(/^1 file, 2 kB so far/);
});

it("what is over says why, whether or not the page knows the reason", () => {
  const over = (state: "expired" | "ended", ending: Schemas["Export"]["ending"]): string | undefined =>
    exportRows([{ ...ready, state, ending }])[0]?.text;
  expect(over("expired", null)).toContain("its time is over");
  expect(over("ended", "deleted")).toContain("was deleted since");
  expect(over("ended", "away")).toContain("could not be asked");
  expect(over("ended", null)).toContain("before it was complete");
  expect(exportRows([{ ...ready, state: "ended" }])[0]?.path).toBeNull();
});

it("of one whose state the page does not know nothing is claimed, and it is nowhere to be downloaded", () => {
  const [row] = exportRows([{ ...ready, state: "unspecified" }]);
  expect(row).toMatchObject({ mark: "", isPreparing: false, path: null });
  expect(row?.text).toMatch(/^How far it is cannot be said/);
});

it("how long one can be downloaded is said in days, or in hours where there is no whole day", () => {
  expect([604_800, 86_400, 7200, 60].map(lifeText)).toEqual(["7 days", "1 day", "2 hours", "1 hour"]);
  expect([36 * 3600, 7199].map(lifeText)).toEqual(["1 day", "1 hour"]);
});
