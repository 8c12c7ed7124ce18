/** The plan, and what is left of its minutes. */

import { api, told, type Schemas } from "$/api/client";
import { textOf } from "$/api/words";

export type Usage = Schemas["Usage"];

export const usage = $state<{ now: Usage | null; problem: string }>({ now: null, problem: "" });

let readings = 0;

/** What was read last wins, whatever order the answers come in. */
export async function readUsage(): Promise<void> {
  const reading = (readings += 1);
  try {
    const now = await told(api.GET("/v1/billing/usage"));
    if (reading === readings) {
      usage.now = now;
      usage.problem = "";
    }
  } catch (error) {
    if (reading === readings) {
      usage.problem = textOf(error);
    }
  }
}

export function forgetUsage(): void {
  readings += 1;
  usage.now = null;
  usage.problem = "";
}
