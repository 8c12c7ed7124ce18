/** API keys: what their owner does with them. */

import { api, told, type Schemas } from "$/api/client";
import { i18n } from "$/i18n/i18n.svelte";

export type ApiKey = Schemas["ApiKey"];
export type Scope = Schemas["ApiKeyScope"];

/** In the order in which they are shown. */
export const SCOPES = ["tracks:read", "downloads", "tracks:write", "shares", "billing:read"] as const satisfies Scope[];

/** Days, and what never ends. */
export const LIVES = ["30", "90", "365", "never"] as const;
export type Life = (typeof LIVES)[number];

/** Throws Problem. */
export async function makeKey(name: string, scopes: Scope[], life: Life): Promise<Schemas["NewApiKey"]> {
  const ends = life === "never" ? { never_expires: true } : { expires_in_days: Number(life) };
  return told(api.POST("/v1/api-keys", { body: { name, scopes, ...ends } }));
}

/** Newest first. Throws Problem. */
export async function listKeys(): Promise<ApiKey[]> {
  return (await told(api.GET("/v1/api-keys"))).keys;
}

/** Throws Problem. */
export async function revokeKey(key_id: string): Promise<void> {
  await api.DELETE("/v1/api-keys/{key_id}", { params: { path: { key_id } } });
}

/** When it was last used. A day of the server's, which is no moment: in no time zone is it another one. */
export function lastUsedText(last_used_on: string | null): string {
  const { lastUsed, neverUsed } = i18n.m.keys;
  if (last_used_on === null) {
    return neverUsed;
  }
  const at = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" } as const;
  return lastUsed(new Date(`${last_used_on}T00:00:00Z`).toLocaleDateString(i18n.locale, at));
}
