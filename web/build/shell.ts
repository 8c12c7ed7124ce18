/** Tells the service worker what the page is made of: what opens it, the rest, and a name that changes with any of them. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

const FIRST = "__FIRST_FILES__";
const REST = "__REST_FILES__";
const NAME = "__SHELL_NAME__";
const WORKER = "service-worker.js";
const PAGE = "index.html";
/** Beside the page; other files of the folder are not needed to show it. */
const KEPT = /^(assets\/.*|index\.html|icon\.svg|app\.webmanifest)$/;
/** Of the other files the page says itself what opens it. */
const ASSET = /^assets\//;
const FONT = /\.woff2$/;
const COMPRESSED = /\.(br|gz)$/;

export function shell(): Plugin {
  let folder = "dist";
  return {
    name: "shell",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    generateBundle(_, bundle) {
      const worker = bundle[WORKER];
      if (worker?.type !== "chunk") {
        throw new Error(`the build has no ${WORKER}`);
      }
      const names = builtFiles(folder);
      if (!names.includes(PAGE)) {
        throw new Error(`${folder} has no ${PAGE}: build the page first`);
      }
      const digest = createHash("sha256");
      names.forEach((name) => digest.update(name).update(readFileSync(join(folder, name))));
      const page = readFileSync(join(folder, PAGE), "utf8");
      const isFirst = (name: string): boolean => !ASSET.test(name) || FONT.test(name) || page.includes(name);
      worker.code = worker.code
        .replace(FIRST, addressesOf(names.filter(isFirst)))
        .replace(REST, addressesOf(names.filter((name) => !isFirst(name))))
        .replace(NAME, digest.digest("hex").slice(0, 16));
    },
  };
}

function addressesOf(names: readonly string[]): string {
  return names.map((name) => (name === PAGE ? "/" : `/${name}`)).join();
}

function builtFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((name) => KEPT.test(name) && !COMPRESSED.test(name))
    .sort();
}
