import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { firstVisit } from "./build/firstVisit.ts";

const gateway = process.env["GATEWAY"] ?? "http://127.0.0.1:8080";
const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte(), firstVisit(at("./index.html"), at("./src/ahead.ts"))],
  // What is generated lies beside the page, in gen/ alone.
  resolve: { alias: { $gen: at("../gen/web"), $: at("./src") } },
  build: {
    target: "es2023",
    // Nothing inline: the content security policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [at("./index.html"), at("./missing.html"), at("./src/ahead.ts")],
      // On a slow machine every build is told to be slow, in ten lines among which a real warning would not be seen.
      checks: { bundlerTimings: false },
    },
  },
  worker: { format: "es" },
  // `npm run dev` with the stack running: the page from here, everything else from the gateway.
  server: { proxy: { "/v1": gateway, "/openapi.json": gateway } },
  // Tests open the page anew, and on a busy machine its modules are long in coming: no test waits for time itself.
  test: { include: ["src/**/*.test.ts"], environment: "node", testTimeout: 60_000, hookTimeout: 60_000 },
});
