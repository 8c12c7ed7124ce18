/// <reference lib="webworker" />
/** Answers from this device where the network does not: the page itself, and the tracks that are kept. */

import { serve } from "$/offline/worker";

declare const self: ServiceWorkerGlobalScope;

// The build puts its files and their digest here.
serve(self, { first: "__FIRST_FILES__".split(","), rest: "__REST_FILES__".split(","), name: "__SHELL_NAME__" });
