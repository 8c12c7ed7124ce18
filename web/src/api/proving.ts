/** What is asked of a person whose act was refused because it is long ago that they showed who they are. */

/** Resolves to whether they have shown it now. `methods` are the gateway's words for how they can. */
type Ask = (methods: readonly string[]) => Promise<boolean>;

let ask: Ask | null = null;
let asking: Promise<boolean> | null = null;

/** The page's part, which asks. */
export function proveBy(how: Ask): void {
  ask = how;
}

/** False where nobody can be asked, or they did not want to. Acts that are refused at once share one question. */
export function prove(methods: readonly string[]): Promise<boolean> {
  if (!ask || !methods.length) {
    return Promise.resolve(false);
  }
  asking ??= ask(methods).finally(() => {
    asking = null;
  });
  return asking;
}
