/** For whoever was sent to a provider in the middle of something, and is back: what they can do now, and where. */

import { notify } from "$/design/noticeList.svelte";
import type { Place } from "$/entry/placeKept";
import { i18n } from "$/i18n/i18n.svelte";
import { keptOwner } from "$/state/owner";
import { lastPressed, nameOf } from "$/state/pressed";
import { goInstead } from "$/state/route.svelte";
import { session } from "$/state/session.svelte";

/** Time to read it, and to find what it speaks of. */
const TOLD_S = 30;
/** For so long a view that is opened may read what it shows. */
const LOOKED_FOR_MS = 15_000;

/** To be told to `goOnAt` by whoever may have to come back there. */
export const placeNow = (): Place => ({
  hash: location.hash,
  act: lastPressed(),
  // Known while the server cannot name them, too.
  who: keptOwner() ?? "",
});

/**
 * Back to where they were. What they were about to do is never done by itself: only they know whether they still want it,
 * and what they had typed is gone. Of somebody whom the server cannot name now nothing is said.
 */
export function goOnAt(place: Place): void {
  const words = i18n.m.factor;
  const { hash, act, who } = place;
  if (!who || !session.account) {
    goInstead(hash);
  } else if (isOf(place)) {
    goInstead(hash);
    notify({ text: act ? words.proofDone(act) : words.proofDoneOf, kind: "info" }, TOLD_S);
    if (act) {
      focusOn(act);
    }
  } else {
    goInstead("#/");
    notify({ text: words.proofByAnother(session.account.email), kind: "info" }, TOLD_S);
  }
}

/** Whether a place is of whoever is signed in. */
export const isOf = ({ who }: Place): boolean => session.status === "in" && who !== "" && who === keptOwner();

/** Once it is there, unless they have begun something else. */
function focusOn(act: string): void {
  const looking = new AbortController();
  const { signal } = looking;
  const stop = (): void => looking.abort();
  const look = (): void => {
    const button = [...document.querySelectorAll<HTMLButtonElement>("#content button")].find(
      (each) => nameOf(each) === act,
    );
    if (button) {
      stop();
      // A view that is shown takes the focus to its heading first.
      requestAnimationFrame(() => (button.form?.querySelector<HTMLElement>("input:invalid") ?? button).focus());
    }
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true });
  signal.addEventListener("abort", () => observer.disconnect());
  for (const begun of ["keydown", "pointerdown", "hashchange"]) {
    addEventListener(begun, stop, { capture: true, signal });
  }
  setTimeout(stop, LOOKED_FOR_MS);
  look();
}
