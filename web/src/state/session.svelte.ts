/** Who is signed in on this browser, in all its tabs. */

import { api, told, unsigned, type Schemas } from "$/api/client";
import { Problem } from "$/api/problem";
import { forgetRefresh, sessionEvents } from "$/api/refresh";
import { textOf } from "$/api/words";
import { complain, notices, notify } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { dropDeletions, finishDeletions, finishLeftDeletions, forgetLeftDeletions } from "$/library/actions";
import { forgetAnswers, forgetEverything, relistKept, reviewKept } from "$/offline/kept.svelte";
import { forgetPlayers } from "$/player/memory";
import { forgetModel, rereadModel } from "$/state/models.svelte";
import { forgetOwner, keptOwner, ownerDigest, rememberOwner } from "$/state/owner";
import { go, goInstead, routeOf } from "$/state/route.svelte";
import { isRemembered, remember, SIGNED_IN } from "$/state/signedIn";
import { forgetTags } from "$/state/tags.svelte";
import { timer } from "$/state/timer";
import { tracks } from "$/state/tracks.svelte";
import { uploads } from "$/state/uploads.svelte";
import { forgetPayments } from "$/state/payments.svelte";
import { forgetUsage } from "$/state/usage.svelte";
import type { Json } from "$/state/webauthn";

export type Account = Schemas["Account"];

/** Nobody signs in as somebody else within so short a time. */
const LEAVING_MS = 3_000;

interface Session {
  status: "starting" | "in" | "out";
  /** Null while somebody is signed in whom the server cannot name now, and while nobody is. */
  account: Account | null;
  /** Why nobody is signed in, where there is something to say. */
  told: string;
}

export const session = $state<Session>({ status: "starting", account: null, told: "" });

let entries = 0;
/** Counts sessions, so that what was asked in one is not answered in the next. */
let sittings = 0;
/** Digest of the person whose uploads and tracks this page holds; what the browser keeps may be another's meanwhile. */
let owner: string | null = null;

export async function begin(): Promise<void> {
  sessionEvents.addEventListener("ended", noteEnd);
  window.addEventListener("storage", (event) => void noteOtherTab(event.key).catch(complain));
  window.addEventListener("online", () => void lookAgain().catch(complain));
  window.addEventListener("hashchange", () => {
    if (linkCode()) {
      void enter().catch(complain);
    }
  });
  await enter();
}

/** What a second factor has to answer, where the person has one. Throws Problem. */
export async function signIn(email: string, password: string): Promise<Schemas["SignInChallenge"] | null> {
  const body = { email, password, transport: "cookie" } as const;
  const { data } = await api.POST("/v1/auth/login", { body, headers: unsigned });
  if (data && "challenge" in data) {
    return data;
  }
  await enterNow();
  return null;
}

/** With a code of the person's second factor. Throws Problem. */
export async function answerChallenge(challenge: string, code: string): Promise<void> {
  const body = { challenge, code, language: i18n.locale, transport: "cookie" } as const;
  await api.POST("/v1/auth/login/second-step", { body, headers: unsigned });
  await enterNow();
}

/** With what the browser answered. Throws Problem. */
export async function signInWithPasskey(credential: Json): Promise<void> {
  const body = { credential, language: i18n.locale, transport: "cookie" } as const;
  await api.POST("/v1/auth/passkey", { body, headers: unsigned });
  await enterNow();
}

/** False where a mail has to be read first. Throws Problem. */
export async function signUp(email: string, password: string, confirms_age: boolean): Promise<boolean> {
  const body = { email, password, confirms_age, language: i18n.locale, transport: "cookie" } as const;
  const { response } = await api.POST("/v1/auth/signup", { body, headers: unsigned });
  if (response.status === 202) {
    return false;
  }
  await enterNow();
  return true;
}

/** With the code of the mail that a sign-up caused. Throws Problem. */
export async function confirmSignUp(code: string, password: string): Promise<void> {
  const body = { code, password, transport: "cookie" } as const;
  await api.POST("/v1/auth/signup/confirm", { body, headers: unsigned });
  await enterNow();
}

/** Who came back from a provider is signed in; somebody new is given instead, to be asked first. Throws Problem. */
export async function finishProvider(confirms_age: boolean): Promise<Schemas["ProviderNewcomer"] | null> {
  const body = { confirms_age, transport: "cookie" } as const;
  await finishDeletions();
  const { response, data } = await api.POST("/v1/auth/providers/finish", { body, headers: unsigned });
  if (response.status === 202) {
    return data as Schemas["ProviderNewcomer"];
  }
  if (session.status === "in") {
    tracks.end();
  }
  await enterNow();
  return null;
}

/** Read the account anew, when something of it has changed elsewhere. Throws Problem. */
export async function reread(): Promise<void> {
  if (session.status !== "in") {
    return;
  }
  const sitting = sittings;
  const account = await told(api.GET("/v1/me"));
  if (sitting === sittings) {
    session.account = account;
  }
}

/** Whoever is signed in is 13 or older, as they say: asked once of an account that was made where nobody asked. Throws Problem. */
export async function confirmAge(): Promise<void> {
  const sitting = sittings;
  const account = await told(api.POST("/v1/account/age", { body: { confirms_age: true } }));
  if (sitting === sittings) {
    session.account = account;
  }
}

/** Ends the session, and forgets what this browser keeps for it. Throws Problem. */
export async function signOut(): Promise<void> {
  await finishDeletions();
  await api.POST("/v1/auth/logout", { body: {}, headers: unsigned });
  await forgetHere();
}

/**
 * Of whose account is erased nothing stays in this browser, also where the server does not hear of the sign-out. They are
 * led to `to` before anything is waited for: it is told this once. Throws what the browser says that cannot forget.
 */
export async function leaveForGood(to: string): Promise<void> {
  const leaving = new AbortController();
  // Its answer takes the cookies away, whose session the server ends by itself; a late one would take somebody else's.
  const callOff = timer.after(LEAVING_MS, () => leaving.abort(new DOMException("too late", "AbortError")));
  const { signal } = leaving;
  const ending = api.POST("/v1/auth/logout", { body: {}, headers: unsigned, signal });
  void ending.catch(() => undefined).finally(callOff);
  const forgetting = forgetHere();
  go(to);
  await forgetting;
}

async function forgetHere(): Promise<void> {
  // Before other tabs hear of it: they tell by it a sign-out from a session that has merely ended.
  forgetOwner();
  remember(false);
  forgetRefresh();
  goInstead("#/");
  close("");
  await forget();
}

/** Throws Problem. A session that has ended meanwhile is not told. */
export async function rename(display_name: string): Promise<void> {
  const sitting = sittings;
  const account = await told(api.PATCH("/v1/me", { body: { display_name } }));
  if (sitting === sittings) {
    session.account = account;
  }
}

/** Ask again who it is, where the server could not tell before. Throws Problem, or what the browser refuses. */
export async function know(): Promise<void> {
  if (session.status !== "in" || session.account) {
    return;
  }
  const sitting = sittings;
  const account = await findAccount();
  if (sitting !== sittings) {
    return;
  }
  if (account === null) {
    close("");
  } else if (account) {
    await claim(account);
    if (sitting === sittings) {
      session.account = account;
    }
  }
}

/** The network is back. */
async function lookAgain(): Promise<void> {
  await know();
  if (session.account) {
    void finishLeftDeletions();
    void reviewKept();
  }
}

async function enter(): Promise<void> {
  const entry = (entries += 1);
  if (session.status === "in") {
    tracks.end();
  }
  session.status = "starting";
  let trouble = await spendLink();
  leaveNothingOpen();
  const account = await findAccount().catch((error: unknown) => {
    trouble ||= textOf(error);
    return null;
  });
  if (entry !== entries) {
    return;
  }
  if (account === null) {
    close(trouble);
    return;
  }
  await open(account);
  if (trouble) {
    notify({ text: trouble, kind: "error" });
  }
}

/** After the server has signed somebody in. */
async function enterNow(): Promise<void> {
  await noteSignIn();
  const account = await findAccount();
  if (account === null) {
    remember(false);
    throw new Problem(401, { reason: "COOKIES_REFUSED", detail: i18n.m.entry.noCookies });
  }
  await open(account);
}

async function open(account: Account | undefined): Promise<void> {
  if (account) {
    await claim(account);
  }
  sittings += 1;
  session.account = account ?? null;
  session.status = "in";
  session.told = "";
  tracks.begin();
  if (account) {
    void finishLeftDeletions();
    void reviewKept();
  }
}

/** Another person than before finds nothing of theirs here. */
async function claim({ user_id }: Account): Promise<void> {
  const digest = await ownerDigest(user_id);
  if (owner !== null && owner !== digest) {
    sessionEvents.dispatchEvent(new Event("closed"));
  }
  if (keptOwner() !== digest) {
    await forget();
    rememberOwner(digest);
  } else if (owner !== null && owner !== digest) {
    // Another tab has forgotten the first one's, and what is kept since then is theirs: only this page is behind.
    uploads.stop();
    rereadModel();
    await relistKept();
  }
  owner = digest;
}

function close(why: string): void {
  sittings += 1;
  sessionEvents.dispatchEvent(new Event("closed"));
  tracks.end();
  leaveNothingOpen();
  forgetTags();
  forgetUsage();
  forgetPayments();
  session.account = null;
  session.status = "out";
  session.told = why;
}

/** What was told to one person, and what still waits in their name, is not for whoever comes next. */
function leaveNothingOpen(): void {
  dropDeletions();
  notices.shown = [];
  notices.announced = "";
}

async function forget(): Promise<void> {
  forgetLeftDeletions();
  forgetPlayers();
  forgetModel();
  await Promise.all([uploads.forgetAll(), forgetEverything()]);
}

/** What went wrong with the one-time link in the address, in words; empty when all went well or there is none. */
async function spendLink(): Promise<string> {
  const code = linkCode();
  if (!code) {
    return "";
  }
  // It must not stay in the address: it would be kept in history and shown over a shoulder.
  goInstead("#/");
  try {
    await finishDeletions();
    await api.POST("/v1/auth/link", { body: { code, transport: "cookie" }, headers: unsigned });
    await noteSignIn();
    return "";
  } catch (error) {
    return textOf(error);
  }
}

function linkCode(): string | null {
  const asked = routeOf(location.hash);
  return asked.view === "link" ? asked.code : null;
}

/** The account; null where nobody is signed in; undefined where somebody was, and the server cannot tell now. */
async function findAccount(): Promise<Account | null | undefined> {
  if (!isRemembered()) {
    return null;
  }
  try {
    return await told(api.GET("/v1/me"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      return null;
    }
    if (error instanceof Problem && error.isTransient) {
      return undefined;
    }
    throw error;
  }
}

function noteEnd(): void {
  remember(false);
  if (session.status === "in") {
    close(i18n.m.entry.ended);
  }
}

/** `key` is what another tab changed; null when it cleared everything. */
async function noteOtherTab(key: string | null): Promise<void> {
  if (key !== SIGNED_IN && key !== null) {
    return;
  }
  if (!isRemembered()) {
    entries += 1;
    if (session.status !== "out") {
      uploads.stop();
      close(i18n.m.entry.elsewhere);
    }
    if (keptOwner() === null) {
      await forgetEverything();
    }
    return;
  }
  if (session.status === "in") {
    const account = await findAccount();
    // Whoever signed in again as the same person loses nothing that plays here.
    if (account === undefined || account?.user_id === session.account?.user_id) {
      return;
    }
  }
  await enter();
}

async function noteSignIn(): Promise<void> {
  remember(true);
  await forgetAnswers();
}
