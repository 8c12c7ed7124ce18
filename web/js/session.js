// Who is signed in: the sign-in view, one-time links, sign-out.

import { Problem, readJson, request, textOf } from "./api.js";
import { rememberSignedIn, wasSignedIn } from "./memory.js";
import { byId } from "./page.js";

const TEXTS = {
  "sign-in": { title: "Sign in", swap: "Create an account", ask: "New here?", path: "/v1/auth/login" },
  "sign-up": { title: "Create an account", swap: "Sign in", ask: "Have an account?", path: "/v1/auth/signup" },
};
const LINK = /^#\/link\/([A-Za-z0-9_-]+)$/;

let mode = "sign-in";

// Signs in with the one-time link in the address, if there is one.
export async function spendLink() {
  const code = takeLinkCode();
  if (code) {
    await request("POST", "/v1/auth/link", { json: { code, transport: "cookie" }, signed: false });
    rememberSignedIn(true);
  }
}

// The account, or null; not asked for where nobody was signed in.
export async function findAccount() {
  if (!wasSignedIn()) {
    return null;
  }
  try {
    return await readJson("GET", "/v1/me");
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      return null;
    }
    throw error;
  }
}

// The code must not stay in the address: it would be kept in history and shown over a shoulder.
function takeLinkCode() {
  const found = LINK.exec(location.hash);
  if (found) {
    history.replaceState(null, "", `${location.pathname}#/`);
  }
  return found?.[1];
}

export function hasLink() {
  return LINK.test(location.hash);
}

export async function signOut() {
  await request("POST", "/v1/auth/logout", { json: {}, signed: false });
  rememberSignedIn(false);
}

export function showEntry(onSignedIn, told = "") {
  const form = byId("entry-form");
  arrange();
  say(told);
  byId("entry-swap").onclick = () => {
    mode = mode === "sign-in" ? "sign-up" : "sign-in";
    arrange();
    say("");
    byId("entry-email").focus();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    submit(onSignedIn);
  };
  byId("entry-email").focus();
}

function arrange() {
  const texts = TEXTS[mode];
  byId("entry-title").textContent = texts.title;
  byId("entry-submit").textContent = texts.title;
  byId("entry-swap-text").textContent = texts.ask;
  byId("entry-swap").textContent = texts.swap;
  byId("entry-password").autocomplete = mode === "sign-in" ? "current-password" : "new-password";
}

function say(text) {
  const problem = byId("entry-problem");
  problem.textContent = text;
  problem.hidden = !text;
}

async function submit(onSignedIn) {
  const email = byId("entry-email");
  const password = byId("entry-password");
  if (!email.value.trim() || !email.validity.valid) {
    say("Enter an e-mail address, such as name@example.org.");
    email.focus();
    return;
  }
  if (!password.value) {
    say("Enter a password.");
    password.focus();
    return;
  }
  const button = byId("entry-submit");
  button.disabled = true;
  say("");
  try {
    const json = { email: email.value.trim(), password: password.value, transport: "cookie" };
    await request("POST", TEXTS[mode].path, { json, signed: false });
    rememberSignedIn(true);
    password.value = "";
    await onSignedIn();
  } catch (error) {
    say(textOf(error));
    password.focus();
  } finally {
    button.disabled = false;
  }
}
