/** Whether mail can come to an address, as far as the address itself tells. */

/** Names of the machine itself, and those that are kept from ever being somebody's (RFC 2606, RFC 6761). */
const NOWHERE = new Set(["localhost", "localdomain", "invalid", "test", "example"]);

/** An account that the machine made for itself has an address that only it knows. */
export function takesMail(email: string): boolean {
  const domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  return email.includes("@") && !NOWHERE.has(domain.slice(domain.lastIndexOf(".") + 1));
}
