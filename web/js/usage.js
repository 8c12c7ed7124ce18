// The corner that says which plan it is and what is left of it; read again whenever a song begins or ends.

import { readJson } from "./api.js";
import { byId, setText } from "./page.js";
import { dayOf, minutesLeft } from "./text.js";

// What a song cost is settled a moment after its end is told.
const SETTLED_MS = 1500;

export class Usage {
  constructor(tracks) {
    this.states = new Map();
    this.timer = null;
    this.stopping = new AbortController();
    const { signal } = this.stopping;
    tracks.addEventListener("change", (event) => this.note(event.detail), { signal });
    this.read();
  }

  close() {
    this.stopping.abort();
    clearTimeout(this.timer);
    byId("account-usage").hidden = true;
  }

  note({ track_id: trackId, state }) {
    if (this.states.get(trackId) !== state) {
      this.states.set(trackId, state);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.read(), SETTLED_MS);
    }
  }

  async read() {
    const { signal } = this.stopping;
    try {
      const usage = await readJson("GET", "/v1/billing/usage", { signal });
      if (!signal.aborted) {
        this.show(usage);
      }
    } catch {
      // Songs play and upload without it; whatever else fails says so itself.
    }
  }

  show({ plan, left_s, renews_at }) {
    const corner = byId("account-usage");
    setText(byId("account-plan"), plan.title);
    setText(byId("account-left"), minutesLeft(left_s));
    corner.title = `${minutesLeft(left_s)} in the ${plan.title} plan until ${dayOf(renews_at)}`;
    corner.hidden = false;
  }
}
