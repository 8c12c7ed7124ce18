/** Which versions of the privacy policy whoever is signed in accepted, and what they are still to be told of it. */

import { api, told, type Schemas } from "$/api/client";
import { sessionEvents } from "$/api/refresh";

type Acceptance = Schemas["PolicyAcceptance"];

/** Null until it was read, and while nobody is signed in. */
export const acceptance = $state<{ now: Acceptance | null }>({ now: null });

let readings = 0;

/** What was asked last wins, and what one person asked for is not told to the next. Throws Problem. */
async function keep(asked: Promise<Acceptance>): Promise<void> {
  const reading = (readings += 1);
  const now = await asked;
  if (reading === readings) {
    acceptance.now = now;
  }
}

/** Throws Problem. */
export async function readAcceptance(): Promise<void> {
  await keep(told(api.GET("/v1/privacy/acceptance")));
}

/** Throws Problem. */
export async function acceptPolicy(version: number): Promise<void> {
  await keep(told(api.POST("/v1/privacy/acceptance", { body: { version } })));
}

/**
 * That a notice asked for it, or told of it as it was to come: none does again. One that is in force by now is asked for.
 * Throws Problem.
 */
export async function notePolicyNotice(version: number, asked: boolean): Promise<void> {
  await keep(told(api.POST("/v1/privacy/notices", { body: { version, asked } })));
}

export function forgetAcceptance(): void {
  readings += 1;
  acceptance.now = null;
}

/** What a notice says now: what is in force and is to be accepted, or else what is to come. */
export function policyNotice(now: Acceptance | null): { policy: Schemas["PolicyDue"]; isAsked: boolean } | null {
  if (now?.in_force && now.is_asked) {
    return { policy: now.in_force, isAsked: true };
  }
  return now?.coming && now.is_told ? { policy: now.coming, isAsked: false } : null;
}

sessionEvents.addEventListener("closed", forgetAcceptance);
