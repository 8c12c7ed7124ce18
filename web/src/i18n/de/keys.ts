import type { Messages } from "$/i18n/i18n.svelte";

export const keys: Messages["keys"] = {
  lead: "Mit einem Schlüssel handelt ein Programm von dir an deiner Stelle: ein Skript, eine Datensicherung, ein Plug-in. Es tut, wofür er da ist, und kommt nie an das Konto selbst.",
  yours: "Deine Schlüssel",
  none: "Du hast keinen Schlüssel.",
  make: "Schlüssel erstellen",
  madeTitle: "Dein neuer Schlüssel",
  name: "Name",
  nameHint: "Damit du ihn wiedererkennst, etwa danach, wo er benutzt wird.",
  needName: "Gib dem Schlüssel einen Namen.",
  may: "Er darf",
  needScope: "Wähle mindestens eines aus, das der Schlüssel darf.",
  scopes: {
    "tracks:read": {
      name: "Deine Songs sehen",
      within: "deine Songs sehen",
      detail: "Titel, Zustand, Berichte, Cover, Fortschritt.",
    },
    downloads: { name: "Den Ton holen", within: "den Ton holen", detail: "Spuren, Mischungen und Zips aller Songs." },
    "tracks:write": {
      name: "Hochladen und ändern",
      within: "hochladen und ändern",
      detail: "Neue Songs kosten Minuten; Löschen ist endgültig.",
    },
    shares: {
      name: "Mit anderen teilen",
      within: "mit anderen teilen",
      detail: "Links erstellen und widerrufen, die einen Song spielen.",
    },
    "billing:read": {
      name: "Tarif und Minuten sehen",
      within: "Tarif und Minuten sehen",
      detail: "Was verbraucht wurde und was noch da ist, und die Preise.",
    },
  },
  lasts: "Er gilt",
  lives: { "30": "30 Tage", "90": "90 Tage", "365": "1 Jahr", never: "Bis ich ihn widerrufe" },
  neverHint:
    "Ein Schlüssel ohne Ende, der verloren geht, gilt, bis es jemand merkt. Wähle einen mit Ende, wenn es geht.",
  secret: "Der Schlüssel",
  once: "Kopiere ihn jetzt: Er wird nur dieses eine Mal gezeigt und nirgends aufbewahrt.",
  howToUse: "Bewahre ihn auf wie ein Passwort. Ein Programm schickt ihn mit jeder Anfrage:",
  done: "Fertig",
  made: (moment) => `Erstellt ${moment}`,
  ends: (when) => `Läuft ${when} ab`,
  ended: "Ist abgelaufen",
  neverEnds: "Läuft nicht ab",
  lastUsed: (day) => `Zuletzt benutzt am ${day}`,
  neverUsed: "Nie benutzt",
  revoke: "Widerrufen",
  revokeOf: (name) => `Den Schlüssel ${name} widerrufen`,
  revokeTitle: "Diesen Schlüssel widerrufen?",
  revokeLead: (name) =>
    `Was „${name}“ benutzt, wird ab der nächsten Sekunde abgewiesen. Nichts bringt den Schlüssel zurück; du kannst einen neuen erstellen.`,
  revoked: "Der Schlüssel ist widerrufen.",
};
