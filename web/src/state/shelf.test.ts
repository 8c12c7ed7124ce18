import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, test } from "vitest";
import { Shelf } from "$/state/shelf";
import { forbidden, MadeStorage } from "$/state/storage.fixture";

let storage: MadeStorage;
let shelf: Shelf;

beforeEach(() => {
  storage = new MadeStorage();
  shelf = new Shelf(() => storage);
});

describe("what the browser keeps for the page", () => {
  it("is there at the next visit, until it is removed", () => {
    shelf.write("a.theme", "dark");
    expect(new Shelf(() => storage).read("a.theme")).toBe("dark");
    shelf.remove("a.theme");
    expect([shelf.read("a.theme"), shelf.isForbidden]).toEqual([null, false]);
    expect(storage.length).toBe(0);
  });

  it("is found by how its names begin", () => {
    ["a.1", "b.1", "a.2"].forEach((key) => shelf.write(key, "x"));
    expect(shelf.keys("a.")).toEqual(["a.1", "a.2"]);
  });

  it("is what another tab wrote last", () => {
    shelf.write("a", "here");
    storage.setItem("a", "there");
    expect(shelf.read("a")).toBe("there");
  });
});

describe("where the browser forbids to keep anything", () => {
  beforeEach(() => {
    shelf = new Shelf(forbidden);
  });

  it("counts until the page is left", () => {
    expect([shelf.read("a"), shelf.isForbidden]).toEqual([null, true]);
    shelf.write("a", "1");
    shelf.write("b", "2");
    expect([shelf.read("a"), shelf.keys("")]).toEqual(["1", ["a", "b"]]);
    shelf.remove("a");
    expect(shelf.keys("")).toEqual(["b"]);
  });
});

describe("where the browser has no room left", () => {
  it("counts until the page is left, and leaves nothing older in its place", () => {
    shelf.write("a", "old");
    storage.isFull = true;
    shelf.write("a", "new");
    expect(shelf.read("a")).toBe("new");
    expect(storage.getItem("a")).toBeNull();
  });

  it("is kept again once there is room", () => {
    storage.isFull = true;
    shelf.write("a", "1");
    storage.isFull = false;
    shelf.write("a", "2");
    expect(storage.getItem("a")).toBe("2");
    shelf.remove("a");
    expect(shelf.read("a")).toBeNull();
  });
});

test("nothing else of the page touches the browser's storage by itself, but what keeps what no shelf can hold", () => {
  const sources = fileURLToPath(new URL("..", import.meta.url));
  const isPage = (name: string): boolean => /\.(ts|svelte)$/.test(name) && !/\.(test|fixture)\.ts$/.test(name);
  const touching = readdirSync(sources, { recursive: true, encoding: "utf8" })
    .filter(isPage)
    .filter((name) => /\b(localStorage|sessionStorage|indexedDB)\b/.test(readFileSync(`${sources}/${name}`, "utf8")));
  expect(touching.sort()).toEqual(["state/keptHandles.ts", "state/shelf.ts"]);
});
