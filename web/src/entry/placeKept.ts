/** Where a person was when they left to show a provider who they are: of this tab, told once. */

import { TAB } from "$/browser/names";
import { tabShelf } from "$/state/shelf";

const PLACE = TAB.place;

/** `hash` as the address has it. */
export function keepPlace(hash: string): void {
  tabShelf.write(PLACE, hash);
}

/** Of whoever goes another way, nothing stays for the next who comes back. */
export function forgetPlace(): void {
  tabShelf.remove(PLACE);
}

/** The library where none is kept. */
export function placeBefore(): string {
  const place = tabShelf.read(PLACE);
  forgetPlace();
  return place?.startsWith("#/") ? place : "#/";
}
