/** Who is signed in on this browser, in all its tabs. */

import { api, told, unsigned, type Schemas } from "$/api/client";
import { Problem } from "$/api/problem";
import { sessionEvents } from "$/api/refresh";
import { textOf } from "$/api/words";
import { notify } from "$/design/notices.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { finishDeletions } from "$/library/actions";
import { forgetEverything } from "$/offline/kept.svelte";
import { forgetPlayers } from "$/player/memory";
import { goInstead, routeOf } from "$/state/route.svelte";
import { tracks } from "$/state/tracks.svelte";
import { uploads } from "$/state/uploads.svelte";
import { forgetUsage } from "$/state/usage.svelte";

export type Account = Schemas["Account"];

interface Session {
  status: "starting" | "in" | "out";
  /** Null while somebody is signed in whom the server cannot name now, and while nobody is. */
  account: Account | null;
  /** Why nobody is signed in, where there is something to say. */
  told: string;
}

/** When somebody signed in here: never who, and no secret. Without it a first visit asks for no account. */
const SIGNED_IN = "stripsession.signed-in";

export const session = $state<Session>({ status: "starting", account: null, told: "" });

let entries = 0;
/** Whom the remembered uploads and players belong to. */
let owner_id: string | null = null;

export async function begin(): Promise<void> {
  sessionEvents.addEventListener("ended", noteEnd);
  window.addEventListener("storage", (event) => void noteOtherTab(event.key));
  window.addEventListener("online", () => void know());
  window.addEventListener("hashchange", () => {
    if (linkCode()) {
      void enter();
    }
  });
  await enter();
}

/** Throws Problem. */
export async function signIn(email: string, password: string): Promise<void> {
  const body = { email, password, transport: "cookie" } as const;
  await api.POST("/v1/auth/login", { body, headers: unsigned });
  await enterNow();
}

/** Throws Problem. */
export async function signUp(email: string, password: string): Promise<void> {
  const body = { email, password, transport: "cookie" } as const;
  await api.POST("/v1/auth/signup", { body, headers: unsigned });
  await enterNow();
}

/** Ends the session, and forgets what this browser keeps for it. Throws Problem. */
export async function signOut(): Promise<void> {
  await finishDeletions();
  await api.POST("/v1/auth/logout", { body: {}, headers: unsigned });
  remember(false);
  goInstead("#/");
  close("");
  await forget();
}

/** Throws Problem. */
export async function rename(display_name: string): Promise<void> {
  session.account = await told(api.PATCH("/v1/me", { body: { display_name } }));
}

/** Ask again who it is, where the server could not tell before. */
export async function know(): Promise<void> {
  if (session.status !== "in" || session.account) {
    return;
  }
  const account = await findAccount();
  if (account === null) {
    close("");
  } else if (account) {
    await claim(account);
    session.account = account;
  }
}

async function enter(): Promise<void> {
  const entry = (entries += 1);
  if (session.status === "in") {
    tracks.end();
  }
  session.status = "starting";
  let trouble = await spendLink();
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
  remember(true);
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
  session.account = account ?? null;
  session.status = "in";
  session.told = "";
  tracks.begin();
}

/** Another person than before finds nothing of theirs here. */
async function claim(account: Account): Promise<void> {
  if (owner_id && owner_id !== account.user_id) {
    await forget();
  }
  owner_id = account.user_id;
}

function close(why: string): void {
  tracks.end();
  forgetUsage();
  session.account = null;
  session.status = "out";
  session.told = why;
}

async function forget(): Promise<void> {
  uploads.forgetAll();
  forgetPlayers();
  await forgetEverything();
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
    await api.POST("/v1/auth/link", { body: { code, transport: "cookie" }, headers: unsigned });
    remember(true);
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

function isRemembered(): boolean {
  return localStorage.getItem(SIGNED_IN) !== null;
}

function remember(isSignedIn: boolean): void {
  if (isSignedIn) {
    // Another value each time, so that other tabs hear of it.
    localStorage.setItem(SIGNED_IN, String(Date.now()));
  } else {
    localStorage.removeItem(SIGNED_IN);
  }
}
