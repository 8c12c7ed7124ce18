import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressed } from "./build/compressed.ts";
import { shell } from "./build/shell.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The second build: the service worker alone, in one file, with the list of what the first one made. */
export default defineConfig({
  plugins: [shell(), compressed()],
  publicDir: false,
  resolve: { alias: { $: at("./src") } },
  build: {
    target: "es2023",
    emptyOutDir: false,
    rollupOptions: {
      input: at("./src/offline/service-worker.ts"),
      checks: { bundlerTimings: false },
      // A service worker has one address for good, and not every browser takes one that imports.
      output: { format: "iife", entryFileNames: "service-worker.js" },
    },
  },
});
