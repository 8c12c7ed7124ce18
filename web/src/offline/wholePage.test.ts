import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { REST, SHELL } from "$/offline/answering";
import { MadeCaches } from "$/offline/caches.fixture";
import { keepWholePage } from "$/offline/wholePage";

vi.hoisted(() => Object.defineProperty(globalThis, "location", { value: { origin: "http://page.test" } }));

const PAGE = `${SHELL}new`;
const PARTS = ["/assets/player.js", "/assets/de.js"];

let made: MadeCaches;
let asked: string[];
let network: (path: string, cache: RequestCache) => Response;

beforeEach(async () => {
  made = new MadeCaches();
  asked = [];
  network = (path) => new Response(path);
  vi.stubGlobal("caches", made);
  vi.stubGlobal("fetch", async ({ url, cache }: Request) => {
    const path = url.slice(location.origin.length);
    asked.push(path);
    return network(path, cache);
  });
  await begun(PAGE);
});
afterEach(() => vi.unstubAllGlobals());

async function begun(shell: string, parts = PARTS): Promise<void> {
  await made.made(shell, ["/"]);
  await (await made.open(shell)).put(REST, Response.json(parts));
}

it("fetches the parts that were not needed to open the page, once", async () => {
  await keepWholePage();
  await keepWholePage();
  expect(asked).toEqual(PARTS);
  expect(made.pathsOf(PAGE)).toEqual(["/", REST, ...PARTS]);
});

it("does nothing where no worker has a page here", async () => {
  await made.delete(PAGE);
  await keepWholePage();
  expect(asked).toEqual([]);
});

it("takes no part of a sound for the whole, as Firefox gives it to everybody after it was played", async () => {
  const SOUND = "/assets/hush.flac";
  await begun(PAGE, [SOUND]);
  network = (path, cache) => new Response(path, { status: cache === "reload" ? 200 : 206 });
  await keepWholePage();
  expect(made.pathsOf(PAGE)).toContain(SOUND);
});

const gone = new Response("", { status: 404 });

it("is content where only an older page's parts are gone from the server", async () => {
  await made.delete(PAGE);
  await begun(`${SHELL}old`, ["/assets/old.js"]);
  await begun(PAGE);
  network = (path) => (path === "/assets/old.js" ? gone.clone() : new Response(path));
  await expect(keepWholePage()).resolves.toBeUndefined();
  expect(made.pathsOf(PAGE)).toEqual(["/", REST, ...PARTS]);
});

it("is not content with a whole older page where parts of the newest do not come", async () => {
  await keepWholePage();
  await begun(`${SHELL}newer`, ["/assets/newer.js"]);
  network = () => gone.clone();
  await expect(keepWholePage()).rejects.toMatchObject({ status: 404 });
});

it("asks for the whole of the page that is shown while the next one is not there to its end", async () => {
  await made.made(`${SHELL}newer`, ["/"]);
  network = () => gone.clone();
  await expect(keepWholePage()).rejects.toMatchObject({ status: 404 });
  network = (path) => new Response(path);
  await keepWholePage();
  expect(made.pathsOf(PAGE)).toEqual(["/", REST, ...PARTS]);
  expect(made.pathsOf(`${SHELL}newer`)).toEqual(["/"]);
});

it("says that the server cannot be reached where no part comes", async () => {
  network = () => {
    throw new TypeError("fetch failed");
  };
  await expect(keepWholePage()).rejects.toThrow("The server cannot be reached.");
});
