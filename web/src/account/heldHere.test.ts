import { expect, it } from "vitest";
import { heldHere } from "$/account/heldHere";
import { CACHES, LOCAL, TAB } from "$/browser/names";
import { Shelf } from "$/state/shelf";

/** In memory, as where a browser forbids its storage. */
const emptyShelf = (): Shelf =>
  new Shelf(() => {
    throw new DOMException("forbidden", "SecurityError");
  });

it("counts what this browser keeps, by name and by beginning, and nothing of what it does not", () => {
  const [outlasting, ofTab] = [emptyShelf(), emptyShelf()];
  outlasting.write(LOCAL.theme, "dark");
  outlasting.write(`${LOCAL.upload}one`, "{}");
  outlasting.write(`${LOCAL.upload}two`, "{}");
  outlasting.write(`${LOCAL.theme}elsewhere`, "of another page");
  ofTab.write(TAB.place, "#/");
  const caches = [CACHES.answers, `${CACHES.kept}trk_1`, "of another page"];
  const rows = heldHere(caches, outlasting, ofTab).map(({ name, count }) => [name, count]);
  expect(rows).toEqual([
    [LOCAL.theme, 1],
    [LOCAL.upload, 2],
    [TAB.place, 1],
    [CACHES.answers, 1],
    [CACHES.kept, 1],
  ]);
});

it("has words for every name", () => {
  const outlasting = emptyShelf();
  for (const name of Object.values(LOCAL)) {
    outlasting.write(name, "1");
  }
  const rows = heldHere([], outlasting, emptyShelf());
  expect(rows).toHaveLength(Object.keys(LOCAL).length);
  expect(rows.every(({ text }) => text)).toBe(true);
});
