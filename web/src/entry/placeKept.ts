/** Where a person was when they left to show a provider who they are: of this tab, told once. */

import { TAB } from "$/browser/names";
import { tabShelf } from "$/state/shelf";

const PLACE = TAB.place;

export interface Place {
  /** As the address has it. */
  hash: string;
  /** What the button is called by which they were about to do something; empty where that is not known. */
  act: string;
  /** Who they were, by the digest of `state/owner`; empty for nobody, who was about to do nothing. */
  who: string;
}

const LIBRARY: Place = { hash: "#/", act: "", who: "" };

export function keepPlace(place: Place): void {
  tabShelf.write(PLACE, JSON.stringify(place));
}

/** Of whoever goes another way, nothing stays for the next who comes back. */
export function forgetPlace(): void {
  tabShelf.remove(PLACE);
}

/** The library where none is kept. */
export function placeBefore(): Place {
  const kept = tabShelf.read(PLACE);
  forgetPlace();
  try {
    const { hash, act, who } = JSON.parse(kept ?? "null") as Place;
    return hash.startsWith("#/") ? { hash, act: String(act), who: String(who) } : LIBRARY;
  } catch {
    return LIBRARY;
  }
}
