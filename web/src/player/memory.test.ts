import { beforeEach, expect, test, vi } from "vitest";
import { forgetPlayer, forgetPlayers, playerOf, rememberPlayer } from "$/player/memory";
import { freshView } from "$/player/view";
import { MadeStorage } from "$/state/storage.fixture";

const KEY = "stripsession.players";
let stored: Map<string, string>;

beforeEach(() => {
  const storage = new MadeStorage();
  stored = storage.kept;
  vi.stubGlobal("localStorage", storage);
});

test("a track is found as it was left", () => {
  rememberPlayer("a", { ...freshView(), at_s: 3, tempo_percent: 80 });
  expect(playerOf("a")).toEqual({ ...freshView(), at_s: 3, tempo_percent: 80 });
  expect(playerOf("b")).toBeNull();
});

test("the last fifty tracks are kept, and the others forgotten", () => {
  for (let number = 0; number < 60; number += 1) {
    rememberPlayer(`t${number}`, freshView());
  }
  expect(JSON.parse(stored.get(KEY)!)).toHaveLength(50);
  expect(playerOf("t9")).toBeNull();
  expect(playerOf("t10")).not.toBeNull();
});

test("of a track that is forgotten nothing stays", () => {
  rememberPlayer("a", freshView());
  forgetPlayer("a");
  expect(stored.get(KEY)).toBe("[]");
});

test("of a person who signs out nothing stays", () => {
  rememberPlayer("a", freshView());
  forgetPlayers();
  expect(stored.has(KEY)).toBe(false);
});

test.each(["", "{", "7", "null", '{"a":1}', '[null, 5, ["x"]]'])("a broken memory of %j is no memory", (text) => {
  stored.set(KEY, text);
  expect(playerOf("a")).toBeNull();
  rememberPlayer("a", freshView());
  expect(playerOf("a")).toEqual(freshView());
});
