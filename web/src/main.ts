import "@fontsource-variable/bricolage-grotesque/wght.css";
import "$/design/base.css";
import { mount } from "svelte";
import App from "$/App.svelte";
import { sessionEvents } from "$/api/refresh";
import { complain } from "$/design/noticeList.svelte";
import { forgetPlace } from "$/entry/placeKept";
import { beginLanguage } from "$/i18n/i18n.svelte";
import { beginOffline } from "$/offline/kept.svelte";
import { begin } from "$/state/session.svelte";
import { beginTheme } from "$/state/theme.svelte";
import { tracks } from "$/state/tracks.svelte";

/** A view that says for less than this that it loads is a flash, and work for a slow phone. */
const BLANK_MS_MAX = 100;

beginTheme();
sessionEvents.addEventListener("closed", forgetPlace);
// Not awaited here: a language's words may import from this very file, and would wait for it while it waits for them.
void beginLanguage().then(async () => {
  tracks.rest(document.hidden);
  // Who it is was asked before this file was here (`ahead.ts`): mostly it is known by now, and their view is the first.
  await Promise.race([begin().catch(complain), new Promise((resolve) => setTimeout(resolve, BLANK_MS_MAX))]);
  // Whoever looked at it or away meanwhile was heard by nobody: the view that hears it is made now.
  tracks.rest(document.hidden);
  mount(App, { target: document.getElementById("app")! });
  // After the page: what is not there yet cannot be waited for by who opens it.
  void beginOffline();
});
