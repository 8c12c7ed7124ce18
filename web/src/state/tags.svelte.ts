/** A person's tags, with how many tracks have each. */

import { api, told, type Schemas } from "$/api/client";

export type TagCount = Schemas["TagCount"];

export const tags = $state<{ all: TagCount[] }>({ all: [] });

let readings = 0;

/** Nobody is told when it fails: what was known stays. What was asked last wins, whatever order the answers come in. */
export async function readTags(): Promise<void> {
  const reading = (readings += 1);
  const answer = await told(api.GET("/v1/tags")).catch(() => null);
  if (answer && reading === readings) {
    tags.all = answer.tags;
  }
}

export function forgetTags(): void {
  readings += 1;
  tags.all = [];
}
