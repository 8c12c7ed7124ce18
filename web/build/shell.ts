/** Tells the service worker what the page is made of: the built files, and a name that changes with any of them. */

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

const LIST = "__SHELL_FILES__";
const NAME = "__SHELL_NAME__";
const WORKER = "service-worker.js";

export function shell(): Plugin {
  return {
    name: "shell",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk") {
          throw new Error(`the build has no ${WORKER}`);
        }
        const names = Object.keys(bundle).filter((name) => name !== WORKER && !name.endsWith(".map"));
        const digest = createHash("sha256");
        for (const name of names.sort()) {
          const file = bundle[name];
          digest.update(name).update(file?.type === "chunk" ? file.code : (file?.source ?? ""));
        }
        const files = ["/", ...names.filter((name) => name !== "index.html").map((name) => `/${name}`), "/icon.svg"];
        worker.code = worker.code
          .replace(LIST, JSON.stringify(files).slice(1, -1).replaceAll('"', ""))
          .replace(NAME, digest.digest("hex").slice(0, 16));
      },
    },
  };
}
