import type { Plugin } from "vite";

/**
 * What the page always loads, in one file of scripts and one of styles.
 *
 * Left to itself the bundler makes a file for every set of modules that some later view shares with the page, thirty of
 * them, and each costs a slow phone more than its bytes. Before it comes `ahead`, a small file that asks for what the page
 * will need.
 */
export function firstVisit(page: string, ahead: string): Plugin {
  const before = new Set<string>();
  const always = new Set<string>();
  return {
    name: "first-visit",
    apply: "build",
    config: () => ({
      build: {
        rollupOptions: {
          output: {
            codeSplitting: {
              groups: [
                { name: "ahead", test: (id) => before.has(id), priority: 1 },
                { name: "page", test: (id) => always.has(id) },
              ],
            },
          },
        },
      },
    }),
    buildEnd() {
      const importsOf = (id: string): readonly string[] => this.getModuleInfo(id)?.importedIds ?? [];
      gather(before, ahead, importsOf);
      gather(always, page, importsOf);
    },
    transformIndexHtml: {
      order: "post",
      handler(_, { filename, bundle }) {
        const chunk = Object.values(bundle ?? {}).find((one) => one.type === "chunk" && one.facadeModuleId === ahead);
        if (filename !== page || !chunk) {
          return [];
        }
        // Modules run in the order in which the page names them.
        const attrs = { type: "module", crossorigin: true, src: `/${chunk.fileName}` };
        return [{ tag: "script", attrs, injectTo: "head-prepend" as const }];
      },
    },
  };
}

/** A module and whatever is imported with it. */
function gather(into: Set<string>, first: string, importsOf: (id: string) => readonly string[]): void {
  const waiting = [first];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (!into.has(id)) {
      into.add(id);
      waiting.push(...importsOf(id));
    }
  }
}
