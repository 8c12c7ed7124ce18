/** Writes .br and .gz beside every file that shrinks, once, so that the gateway need not compress at each request. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const SHRINKS = /\.(css|html|js|json|svg|webmanifest|wasm)$/;
const WORTH_BYTES_MIN = 1024;

export function compressed(): Plugin {
  let folder = "dist";
  return {
    name: "compressed",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    closeBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && SHRINKS.test(entry.name)) {
          write(path, readFileSync(path));
        }
      }
    },
  };
}

function write(path: string, data: Buffer): void {
  if (data.length < WORTH_BYTES_MIN) {
    return;
  }
  writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(`${path}.br`, brotliCompressSync(data, { params: quality }));
}
