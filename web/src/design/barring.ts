/** A control that can do nothing now stays where the keyboard finds it, keeps the focus, and says why. */

interface Idle {
  "aria-disabled": "true";
  onclick: (event: Event) => void;
}

interface Barred extends Idle {
  "aria-describedby": string;
  title: string;
}

interface Busied extends Idle {
  "aria-busy": true;
}

/** Enter in a form presses the button that sends it, which must not send then. */
const IDLE: Idle = { "aria-disabled": "true", onclick: (event) => event.preventDefault() };

/** What such a button has; to be spread over its other attributes. The reason stands in an element of that id. */
export function barred(whyNot: string | undefined, reason_id: string): Partial<Barred> {
  return whyNot ? { ...IDLE, "aria-describedby": reason_id, title: whyNot } : {};
}

/** What a button has while that is under way which it began; to be spread over its other attributes. */
export function busied(isBusy: boolean): Partial<Busied> {
  return isBusy ? { ...IDLE, "aria-busy": true } : {};
}

/**
 * Of several buttons of which one thing is done at a time: a browser takes the focus from a disabled one, so that the one
 * that was pressed is busy, and only the others are disabled. `doing` is what is under way, empty where nothing is.
 */
export function inTurn(doing: string, act: string): { busy: boolean; disabled: boolean } {
  return { busy: doing === act, disabled: doing !== "" && doing !== act };
}
