// Starts the page: who is signed in, and which view the address asks for.

import { sessionEvents, textOf } from "./api.js";
import { Library } from "./library.js";
import { forgetPlayers, rememberSignedIn } from "./memory.js";
import { byId, clearNotices, complain, notify } from "./page.js";
import { Player } from "./player.js";
import { findAccount, hasLink, showEntry, signOut, spendLink } from "./session.js";
import { Tracks } from "./tracks.js";
import { forgetAll } from "./tus.js";
import { Uploads } from "./uploads.js";
import { Usage } from "./usage.js";

const TRACK = /^#\/track\/([A-Za-z0-9_-]+)$/;

let desk = null;

function show(view) {
  document.body.dataset.view = view;
  byId("starting").hidden = view !== "starting";
  byId("sign-in-view").hidden = view !== "sign-in";
  byId("desk").hidden = view !== "library" && view !== "track";
  byId("account").hidden = byId("desk").hidden;
  byId("player-view").hidden = view !== "track";
}

async function enter(told = "") {
  closeDesk();
  let account = null;
  try {
    await spendLink();
  } catch (error) {
    told = textOf(error);
  }
  try {
    account = await findAccount();
  } catch (error) {
    told ||= textOf(error);
  }
  if (!account) {
    show("sign-in");
    showEntry(enter, told);
    return;
  }
  clearNotices();
  byId("account-name").textContent = account.display_name || account.email;
  openDesk();
  if (told) {
    notify(told);
  }
}

function openDesk() {
  const tracks = new Tracks();
  const uploads = new Uploads(tracks);
  const library = new Library(tracks, uploads);
  desk = { tracks, uploads, library, usage: new Usage(tracks), player: null };
  tracks.addEventListener("list", () => {
    if (desk?.player && !tracks.get(desk.player.trackId)) {
      location.hash = "#/";
    }
  });
  route();
  library.open();
}

function closeDesk() {
  if (desk) {
    closePlayer();
    desk.usage.close();
    desk.library.close();
    desk.uploads.close();
    desk.tracks.close();
    desk = null;
  }
}

function closePlayer() {
  desk.player?.close();
  desk.player = null;
  desk.tracks.watch(null);
  desk.library.markOpen(null);
}

function route() {
  if (hasLink()) {
    enter();
    return;
  }
  if (!desk) {
    return;
  }
  const trackId = TRACK.exec(location.hash)?.[1];
  if (!trackId) {
    closePlayer();
    show("library");
    document.title = "StripSession";
    return;
  }
  if (desk.player?.trackId === trackId) {
    return;
  }
  closePlayer();
  show("track");
  const { library, tracks } = desk;
  desk.player = new Player(tracks, trackId, {
    onGone: (told) => {
      notify(told);
      location.hash = "#/";
    },
  });
  library.markOpen(trackId);
  tracks.watch(trackId);
}

async function leave() {
  try {
    await signOut();
  } catch (error) {
    complain(error);
    return;
  }
  history.replaceState(null, "", `${location.pathname}#/`);
  closeDesk();
  forgetAll();
  forgetPlayers();
  show("sign-in");
  showEntry(enter);
}

function watchConnection() {
  const banner = byId("offline");
  const tell = () => {
    banner.hidden = navigator.onLine;
  };
  window.addEventListener("online", tell);
  window.addEventListener("offline", tell);
  tell();
}

sessionEvents.addEventListener("ended", () => {
  rememberSignedIn(false);
  if (desk) {
    closeDesk();
    show("sign-in");
    showEntry(enter, "Your session has ended. Sign in again.");
  }
});
byId("sign-out").addEventListener("click", leave);
window.addEventListener("hashchange", route);
watchConnection();
enter();
