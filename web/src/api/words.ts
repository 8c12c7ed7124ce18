/** What to say of something that went wrong. */

import { Problem } from "$/api/problem";
import { i18n } from "$/i18n/i18n.svelte";

export function textOf(error: unknown): string {
  return error instanceof Problem ? error.text : i18n.m.page.broken;
}
