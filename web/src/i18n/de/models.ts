import type { Messages } from "$/i18n/i18n.svelte";

export const models: Messages["models"] = {
  quartet: {
    title: "Quartett: Gesang, Schlagzeug, Bass und Rest",
    summary: "Ein kleines Netz, von diesem Projekt allein mit Material geklärter Rechte trainiert.",
  },
  baseline: {
    title: "Grundlinie: klassische Signalverarbeitung",
    summary: "Signalverarbeitung ohne Netz: immer da, schnell und der Maßstab, den ein Netz übertreffen muss.",
  },
};
