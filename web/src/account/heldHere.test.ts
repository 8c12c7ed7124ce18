import { expect, it } from "vitest";
import { heldHere } from "$/account/heldHere";
import { CACHES, DATABASES, LOCAL, TAB } from "$/browser/names";
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
  const cacheNames = [CACHES.answers, `${CACHES.kept}trk_1`, "of another page"];
  const rows = heldHere({ cacheNames, handles: 3 }, outlasting, ofTab).map(({ name, count }) => [name, count]);
  expect(rows).toEqual([
    [LOCAL.theme, 1],
    [LOCAL.upload, 2],
    [TAB.place, 1],
    [DATABASES.handles, 3],
    [CACHES.answers, 1],
    [CACHES.kept, 1],
  ]);
});

it("has words for every name", () => {
  const [outlasting, ofTab] = [emptyShelf(), emptyShelf()];
  Object.values(LOCAL).forEach((name) => outlasting.write(name, "1"));
  Object.values(TAB).forEach((name) => ofTab.write(name, "1"));
  const rows = heldHere({ cacheNames: Object.values(CACHES), handles: 1 }, outlasting, ofTab);
  const names = [LOCAL, TAB, DATABASES, CACHES].flatMap((kept) => Object.values<string>(kept));
  expect(rows.map(({ name }) => name)).toEqual(names);
  expect(rows.every(({ text }) => text)).toBe(true);
});
