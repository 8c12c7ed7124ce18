/** Whose is what this browser keeps: a digest that tells one person from another, and never who. */

import { LOCAL } from "$/browser/names";
import { digestOf } from "$/state/digest";
import { shelf } from "$/state/shelf";

const OWNER = LOCAL.owner;

/** Null where nothing was kept for anybody, or nobody knows any more for whom. */
export function keptOwner(): string | null {
  return shelf.read(OWNER);
}

export function rememberOwner(digest: string): void {
  shelf.write(OWNER, digest);
}

export function forgetOwner(): void {
  shelf.remove(OWNER);
}

export const ownerDigest = (user_id: string): Promise<string> => digestOf(user_id);
