import type { Plugin } from "vite";

/**
 * What the page always loads, in one file of scripts and one of styles.
 *
 * Left to itself the bundler makes a file for every set of modules that some later view shares with the page, thirty of
 * them, and each costs a slow phone more than its bytes.
 */
export function firstVisit(page: string): Plugin {
  const always = new Set<string>();
  return {
    name: "first-visit",
    apply: "build",
    config: () => ({
      build: {
        rollupOptions: { output: { codeSplitting: { groups: [{ name: "page", test: (id) => always.has(id) }] } } },
      },
    }),
    buildEnd() {
      const waiting = [page];
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        if (!always.has(id)) {
          always.add(id);
          waiting.push(...(this.getModuleInfo(id)?.importedIds ?? []));
        }
      }
    },
  };
}
