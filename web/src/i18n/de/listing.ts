import { counted } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const listing: Messages["listing"] = {
  waiting: "Dieser Song wird geladen …",
  ready: (time) => `fertig in ${time}`,
  tagged: (tag, tracks) => `${tag} (${tracks})`,
  suggestions: "Schlagwörter, die du schon benutzt",
  addTag: (tag, tracks) => `${tag} hinzufügen, das ${counted(tracks, "Song hat", "Songs haben")}`,
};
