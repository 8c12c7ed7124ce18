/** A control that can do nothing now stays where the keyboard finds it, and says why. */

interface Barred {
  "aria-disabled": "true";
  "aria-describedby": string;
  title: string;
  onclick: undefined;
}

/** What such a button has; to be spread over its other attributes. The reason stands in an element of that id. */
export function barred(whyNot: string | undefined, reason_id: string): Partial<Barred> {
  return whyNot ? { "aria-disabled": "true", "aria-describedby": reason_id, title: whyNot, onclick: undefined } : {};
}
