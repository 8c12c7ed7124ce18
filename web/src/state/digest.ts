/** What tells one text from another, and never what it says. */

const DIGITS = 16;

export async function digestOf(text: string): Promise<string> {
  const bytes = new TextEncoder().encode(text);
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
