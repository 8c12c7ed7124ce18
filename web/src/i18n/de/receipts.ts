import type { Messages } from "$/i18n/i18n.svelte";

export const receipts: Messages["receipts"] = {
  lead: (address) =>
    `Ein unterschriebener Beleg steht in einer öffentlichen Kette, die niemanden nennt. Speichere ihn, und jeder kann ihn ohne uns prüfen, mit \`stripsession privacy verify BELEG --from ${address}\`. Nur gespeicherte Belege bleiben, wenn du dein Konto schließt.`,
  save: "Beleg speichern",
  saveOf: (what) => `Beleg speichern: ${what}`,
  saved: "Der Beleg ist gespeichert.",
  number: (sequence) => `Eintrag ${sequence} der Kette`,
  unsigned:
    "Sein Beleg ist nicht unterschrieben. Wo dieser Server Belege unterschreibt, dauert das Augenblicke; sieh noch einmal nach.",
};
