import { beforeEach, expect, it, vi } from "vitest";
import { forgetPlace, keepPlace, placeBefore } from "$/entry/placeKept";
import { MadeStorage } from "$/state/storage.fixture";

beforeEach(() => void vi.stubGlobal("sessionStorage", new MadeStorage()));

it("is told once to whoever comes back, and is the library after that", () => {
  expect(placeBefore()).toBe("#/");
  keepPlace("#/account/security");
  expect(placeBefore()).toBe("#/account/security");
  expect(placeBefore()).toBe("#/");
});

it("is none for who went another way, and never anything but a view", () => {
  keepPlace("#/account/security");
  forgetPlace();
  expect(placeBefore()).toBe("#/");
  keepPlace("");
  expect(placeBefore()).toBe("#/");
});
