import { beforeEach, expect, it, vi } from "vitest";
import { forgetPlace, keepPlace, placeBefore } from "$/entry/placeKept";
import { MadeStorage } from "$/state/storage.fixture";

const SECURITY = { hash: "#/account/security", act: "Add a passkey", who: "usr_1" };
const LIBRARY = { hash: "#/", act: "", who: "" };

beforeEach(() => void vi.stubGlobal("sessionStorage", new MadeStorage()));

it("is told once to whoever comes back, and is the library after that", () => {
  expect(placeBefore()).toEqual(LIBRARY);
  keepPlace(SECURITY);
  expect(placeBefore()).toEqual(SECURITY);
  expect(placeBefore()).toEqual(LIBRARY);
});

it("is none for who went another way, and never anything but a view", () => {
  keepPlace(SECURITY);
  forgetPlace();
  expect(placeBefore()).toEqual(LIBRARY);
  keepPlace({ ...SECURITY, hash: "" });
  expect(placeBefore()).toEqual(LIBRARY);
});

it.each(["#/account/security", "null", "{}", '{"hash":7}', "["])("is the library where %s is kept", (kept) => {
  sessionStorage.setItem("stripsession.place", kept);
  expect(placeBefore()).toEqual(LIBRARY);
});
