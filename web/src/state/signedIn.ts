/** When somebody signed in here: never who, and no secret. Without it a first visit asks for no account. */

import { LOCAL } from "$/browser/names";
import { shelf } from "$/state/shelf";

export const SIGNED_IN = LOCAL.signedIn;

/** Where the browser keeps nothing only the server knows. */
export function isRemembered(): boolean {
  return shelf.isForbidden || shelf.read(SIGNED_IN) !== null;
}

export function remember(isSignedIn: boolean): void {
  if (isSignedIn) {
    // Another value each time, so that other tabs hear of it.
    shelf.write(SIGNED_IN, String(Date.now()));
  } else {
    shelf.remove(SIGNED_IN);
  }
}
