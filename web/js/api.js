// Every call to the gateway: cookies, problem+json, one refresh at a time, patience with a busy server.

const TRIES_MAX = 3;
const WAIT_S_MAX = 10;
const REFRESHED_AT = "stripsession.refreshed-at";

export const sessionEvents = new EventTarget();

export class Problem extends Error {
  constructor(status, told, retryAfter_s = 0) {
    super(told.detail || `The server answered ${status}.`);
    this.status = status;
    this.reason = told.reason || "";
    this.action = told.action || "";
    this.retryAfter_s = retryAfter_s;
  }

  // What happened, then what to do, unless the one says the other already.
  get text() {
    const isSaid = this.message.toLowerCase().includes(this.action.toLowerCase());
    return isSaid ? this.message : `${this.message} ${this.action}`;
  }

  get isTransient() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export function unreachable() {
  return new Problem(0, {
    reason: "UNREACHABLE",
    detail: "The server cannot be reached.",
    action: "Check the connection, then try again.",
  });
}

export function textOf(error) {
  return error instanceof Problem ? error.text : "Something went wrong in this page. Reload it and try again.";
}

export function pause(wait_s, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, wait_s * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}

export async function problemOf(status, text, retryAfter) {
  let told = {};
  try {
    told = JSON.parse(text);
  } catch {
    // An intermediary's page says nothing that a person could use.
  }
  return new Problem(status, told ?? {}, Number(retryAfter) || 0);
}

// A response of any status below 400. Throws Problem, and AbortError when `signal` says so.
export async function request(method, path, { json, headers = {}, signal, signed = true } = {}) {
  const isRepeatable = method === "GET" || method === "HEAD";
  let refreshed = false;
  for (let tries = 1; ; tries += 1) {
    const asked_at = Date.now();
    const response = await send(method, path, { json, headers, signal });
    if (response.ok) {
      return response;
    }
    const problem = await problemOf(response.status, await response.text(), response.headers.get("Retry-After"));
    if (problem.status === 401 && signed && !refreshed) {
      refreshed = true;
      await refreshSession(asked_at);
      continue;
    }
    if (problem.status === 401 && signed) {
      sessionEvents.dispatchEvent(new Event("ended"));
    }
    if (!(isRepeatable && problem.isTransient) || tries >= TRIES_MAX) {
      throw problem;
    }
    await pause(Math.min(WAIT_S_MAX, problem.retryAfter_s || tries), signal);
  }
}

async function send(method, path, { json, headers, signal }) {
  const options = { method, headers: { Accept: "application/json, */*;q=0.5", ...headers }, signal, cache: "no-store" };
  if (json !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(json);
  }
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError" || signal?.aborted) {
      throw error;
    }
    throw unreachable();
  }
}

export async function readJson(method, path, options) {
  const response = await request(method, path, options);
  return response.status === 204 ? null : response.json();
}

let refreshing = null;

// A refresh token works once, and using it twice ends the session: callers and tabs share one refresh.
export function refreshSession(since = Date.now()) {
  refreshing ??= inTurn(() => refreshUnlessDone(since)).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

function inTurn(work) {
  return navigator.locks ? navigator.locks.request("stripsession-refresh", work) : work();
}

async function refreshUnlessDone(since) {
  if (Number(localStorage.getItem(REFRESHED_AT)) > since) {
    return;
  }
  const response = await send("POST", "/v1/auth/refresh", { json: {}, headers: {} });
  if (response.ok) {
    localStorage.setItem(REFRESHED_AT, String(Date.now()));
    return;
  }
  const problem = await problemOf(response.status, await response.text(), response.headers.get("Retry-After"));
  if (!problem.isTransient) {
    sessionEvents.dispatchEvent(new Event("ended"));
  }
  throw problem;
}

const at = (trackId, rest = "") => `/v1/tracks/${encodeURIComponent(trackId)}${rest}`;

export const paths = {
  track: at,
  events: (trackId) => at(trackId, "/events"),
  segment: (trackId, stem, index) => at(trackId, `/segments/${encodeURIComponent(stem)}/${index}`),
  manifest: (trackId, from) => at(trackId, `/manifest?from=${from}`),
  stem: (trackId, stem, format) => at(trackId, `/stems/${encodeURIComponent(stem)}.${format}`),
  mix: (trackId, format, preset) => at(trackId, `/mix.${format}${preset ? `?preset=${preset}` : ""}`),
  zip: (trackId, format) => at(trackId, `/download.zip?format=${format}`),
};
