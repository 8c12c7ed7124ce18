import "@fontsource-variable/bricolage-grotesque/wght.css";
import "$/design/base.css";
import { mount } from "svelte";
import App from "$/App.svelte";
import { beginLanguage } from "$/i18n/i18n.svelte";
import { beginOffline } from "$/offline/kept.svelte";
import { beginTheme } from "$/state/theme.svelte";

beginTheme();
// Not awaited here: a language's words may import from this very file, and would wait for it while it waits for them.
void beginLanguage().then(() => {
  mount(App, { target: document.getElementById("app")! });
  // After the page: what is not there yet cannot be waited for by who opens it.
  void beginOffline();
});
