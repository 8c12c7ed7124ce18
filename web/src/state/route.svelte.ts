/** Which view the address asks for. What is secret lies behind the #, which no browser sends to a server. */

export type Route =
  | { view: "library" }
  | { view: "track"; track_id: string }
  | { view: "account" }
  | { view: "shared"; token: string }
  | { view: "closing"; token: string }
  /** `number` and `token` are those of one that is followed; empty where one is to be sent. */
  | { view: "request"; number: string; token: string }
  | { view: "device"; code: string }
  | { view: "link"; code: string }
  | { view: "arrived"; isConnecting: boolean; fault: string }
  | { view: "forgot" }
  /** `clause` is the number of one, or empty. */
  | { view: "policy"; clause: string }
  | { view: "mailed"; act: MailedAct; code: string };

/** What a link in a mail does. */
export type MailedAct = "reset" | "verify" | "confirm" | "change" | "undo";

const ID = "([A-Za-z0-9_-]+)";
const TRACK = new RegExp(`^#/track/${ID}(?:[?].*)?$`);
const SHARED = new RegExp(`^#/shared/${ID}$`);
const CLOSING = new RegExp(`^#/closing/${ID}$`);
const REQUEST = new RegExp(`^#/request(?:/(PR-[0-9A-Z]{10})/${ID})?$`);
const MAILED = new RegExp(`^#/(reset|verify|confirm|change|undo)(?:/${ID})?$`);
const DEVICE = /^#\/device(?:\/([A-Za-z-]{1,40}))?$/;
/** Where the server sends whoever comes back from a provider: nothing in it is secret. */
const ARRIVED = /^#\/arrived(?:\/(connect|[A-Z_]{1,60}))?$/;
const POLICY = /^#\/privacy(?:\/(\d{1,2}(?:\.\d{1,2})?))?$/;
const LINK = new RegExp(`^#/link/${ID}$`);

/** `before` is where the person came from inside the page; null at first. */
export const route = $state<{ now: Route; before: Route | null }>({
  now: routeOf(globalThis.location?.hash ?? ""),
  before: null,
});

export function routeOf(hash: string): Route {
  const track_id = TRACK.exec(hash)?.[1];
  if (track_id) {
    return { view: "track", track_id };
  }
  const token = SHARED.exec(hash)?.[1];
  if (token) {
    return { view: "shared", token };
  }
  const followed = CLOSING.exec(hash)?.[1];
  if (followed) {
    return { view: "closing", token: followed };
  }
  const request = REQUEST.exec(hash);
  if (request) {
    return { view: "request", number: request[1] ?? "", token: request[2] ?? "" };
  }
  const code = LINK.exec(hash)?.[1];
  if (code) {
    return { view: "link", code };
  }
  const arrived = ARRIVED.exec(hash);
  if (arrived) {
    const isConnecting = arrived[1] === "connect";
    return { view: "arrived", isConnecting, fault: isConnecting ? "" : (arrived[1] ?? "") };
  }
  const mailed = MAILED.exec(hash);
  if (mailed) {
    return { view: "mailed", act: mailed[1] as MailedAct, code: mailed[2] ?? "" };
  }
  if (hash === "#/forgot") {
    return { view: "forgot" };
  }
  const policy = POLICY.exec(hash);
  if (policy) {
    return { view: "policy", clause: policy[1] ?? "" };
  }
  const device = DEVICE.exec(hash);
  if (device) {
    return { view: "device", code: device[1] ?? "" };
  }
  return hash.startsWith("#/account") ? { view: "account" } : { view: "library" };
}

export function go(to: string): void {
  location.hash = to;
}

/** As `go`, without a step to come back to: for an address that must not be kept. */
export function goInstead(to: string): void {
  history.replaceState(null, "", `${location.pathname}${to}`);
  route.now = routeOf(to);
}

globalThis.addEventListener?.("hashchange", () => {
  route.before = route.now;
  route.now = routeOf(location.hash);
});
