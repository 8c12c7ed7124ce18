/** The privacy policy as one to be accepted, or to come; its own words are the policy's. */

export const policy = {
  bar: "A new version of the privacy policy",
  asked: (version: number): string => `Version ${version} of the privacy policy is in force.`,
  coming: (version: number, day: string): string =>
    `Version ${version} of the privacy policy comes into force on ${day}.`,
  read: "Read it",
  accept: "Accept",
  acceptIt: (version: number): string => `Accept version ${version}`,
  later: "Not now",
  seen: "Got it",
  title: "Accepted privacy policy",
  version: (version: number): string => `Version ${version}`,
  signedUp: (day: string): string => `accepted by signing up on ${day}`,
  accepted: (day: string): string => `accepted on ${day}`,
  none: "No version has been accepted for this account.",
  signingUp: "By creating an account you accept the",
};
