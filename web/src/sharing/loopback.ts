/** Addresses that mean this very machine, whoever opens them. */

/** As `location.hostname` has it: an IPv6 address in brackets. */
export function isLoopback(hostname: string): boolean {
  return /^(?:(?:.+\.)?localhost\.?|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(hostname);
}
