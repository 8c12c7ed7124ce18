import { afterEach, expect, it, vi } from "vitest";
import { settled } from "$/settled.fixture";
import { BrowserHandles, reopened, type FileHandle } from "$/state/keptHandles";
import { forbidden } from "$/state/storage.fixture";

const file = new File(["x"], "a.wav");
const handle = (how: object): FileHandle => ({ getFile: async () => file, ...how }) as unknown as FileHandle;

afterEach(() => vi.unstubAllGlobals());

it("a browser that forbids pages to keep anything keeps no file, and fails nothing", async () => {
  vi.stubGlobal("indexedDB", { open: forbidden, deleteDatabase: forbidden });
  const handles = new BrowserHandles();
  await handles.keep("a", handle({}));
  await handles.forget("a");
  await handles.forgetAll();
  expect(await handles.all()).toEqual(new Map());
});

it("a tab that does not let go of it holds up nobody who forgets everything", async () => {
  const request = { onblocked: () => undefined };
  vi.stubGlobal("indexedDB", { open: forbidden, deleteDatabase: () => request });
  const forgetting = new BrowserHandles().forgetAll();
  await settled();
  request.onblocked();
  await forgetting;
});

it("a file is opened again where the person allows it, or the browser asks nobody", async () => {
  expect(await reopened(handle({ requestPermission: async () => "granted" }))).toBe(file);
  expect(await reopened(handle({}))).toBe(file);
});

it("a file stays closed where it may not be read, which is told from one that is there no more", async () => {
  const fails = (name: string) => () => Promise.reject(new DOMException("", name));
  expect(await reopened(handle({ requestPermission: async () => "denied" }))).toBe("forbidden");
  expect(await reopened(handle({ requestPermission: fails("SecurityError") }))).toBe("forbidden");
  expect(await reopened(handle({ getFile: fails("NotAllowedError") }))).toBe("forbidden");
  expect(await reopened(handle({ getFile: fails("NotFoundError") }))).toBe("missing");
});
