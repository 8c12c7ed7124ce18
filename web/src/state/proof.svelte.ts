/** The question who one is, while it is open: what asks it is refused acts (api/proving), what shows it is the page. */

import { proveBy } from "$/api/proving";
import { sessionEvents } from "$/api/refresh";
// From the start: what leads to a question is pressed before it.
import "$/state/pressed";

/** How it can be answered, in the gateway's words; empty while nothing is asked. */
export const proof = $state<{ methods: readonly string[] }>({ methods: [] });

let settle: ((isProved: boolean) => void) | null = null;

proveBy((methods) => {
  proof.methods = methods;
  return new Promise((resolve) => {
    settle = resolve;
  });
});

export function endProof(isProved: boolean): void {
  proof.methods = [];
  settle?.(isProved);
  settle = null;
}

// Whoever is signed in no more is asked nothing.
sessionEvents.addEventListener("closed", () => endProof(false));
