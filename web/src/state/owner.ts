/** Whose is what this browser keeps: a digest that tells one person from another, and never who. */

import { LOCAL } from "$/browser/names";
import { shelf } from "$/state/shelf";

const OWNER = LOCAL.owner;
const DIGITS = 16;

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

export async function ownerDigest(user_id: string): Promise<string> {
  const bytes = new TextEncoder().encode(user_id);
  // Absent on plain http to another machine.
  if (!globalThis.crypto?.subtle) {
    return plainDigest(bytes);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .slice(0, DIGITS);
}

/** FNV-1a. */
function plainDigest(bytes: Uint8Array): string {
  let digest = 0xcbf29ce484222325n;
  for (const byte of bytes) {
    digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 0x100000001b3n);
  }
  return digest.toString(16).padStart(DIGITS, "0");
}
