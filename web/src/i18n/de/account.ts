import { counted } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const account: Messages["account"] = {
  title: "Konto",
  sections: "Teile dieser Seite",

  profile: "Profil",
  email: "E-Mail-Adresse",
  since: (day) => `Dabei seit ${day}`,
  name: "Name",
  nameHint: "Nur du siehst ihn, oben auf der Seite. Ohne Namen steht dort deine Adresse.",
  save: "Speichern",
  saved: "Gespeichert.",
  away: "Dein Konto lässt sich gerade nicht lesen. Prüfe die Verbindung und versuch es noch einmal.",

  security: "Sicherheit",

  plan: "Tarif und Minuten",
  planNow: (plan) => `Tarif ${plan}`,
  leftOf: (left, all) => `${left} von ${all} Minuten übrig`,
  used: "Verbraucht",
  reserved: "Reserviert für laufende Songs",
  remaining: "Übrig",
  extra: "Zusätzlich",
  extraUntil: (minutes, day) => `und ${minutes} zusätzlich bis ${day}`,
  minutes: (minutes) => `${minutes} Min.`,
  renews: (day) => `Erneuert sich am ${day}. Was von den Minuten des Tarifs dann übrig ist, verfällt.`,
  charged:
    "Ein Song kostet seine eigene Länge, und nur, wenn seine Spuren fertig werden. Einer, der scheitert oder abgebrochen wird, kostet nichts.",
  plans: "Tarife",
  yours: "Dein Tarif",
  aMonth: "Im Monat",
  longest: "Längster Song",
  atOnce: "Songs zugleich",
  turn: "Wenn andere warten",
  inTurn: "Der Reihe nach",
  turns: { priority: "Früher", first: "Am frühesten" },
  models: "Trennt mit",
  noModels: "Zurzeit keinem",
  formats: "Downloads",
  allFormats: "Jedes Format",
  change: "Deinen Tarif ändert, wer diesen Server betreibt.",
  changeHere:
    "Betreibst du diesen Server, dann gibt dir dieser Befehl den Tarif, den er nennt, ohne Zahlung. Im Ordner von StripSession schreib .venv/bin/ davor:",

  page: "Sprache und Aussehen",
  language: "Sprache",
  theme: "Aussehen",
  themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },

  keys: "API-Schlüssel",
  webhooks: "Webhooks",

  privacy: "Was gespeichert ist",
  requests: "Anfragen zum Datenschutz",
  export: "Deine Daten",

  receipts: "Belege",
  receiptsLead:
    "Jeder gelöschte Upload und jeder gelöschte Song, der neueste zuerst. Von einem gelöschten Song bleibt nicht einmal der Titel.",
  receiptsLater:
    "Der Beleg eines Songs, den du gelöscht hast, kann auf sich warten lassen: Er entsteht, wenn das Letzte davon weg ist. Der des Uploads steht vorher hier.",
  lookAgain: "Noch einmal nachsehen",
  newReceipts: (count, orMore) =>
    count
      ? `${orMore ? `${count} oder mehr neue Belege` : counted(count, "neuer Beleg", "neue Belege")}.`
      : "Noch nichts Neues.",
  noReceipts: "Noch wurde nichts gelöscht. Der Beleg deines ersten Songs steht hier, sobald seine Spuren fertig sind.",
  erased: (moment) => `Upload gelöscht ${moment}`,
  heldFor: (time) => `Gehalten: ${time}`,
  objects: (count) => `${counted(count, "gespeichertes Stück", "gespeicherte Stücke")} entfernt`,
  uploadedAt: (moment) => `Hochgeladen ${moment}`,
  trackErased: (moment) => `Song gelöscht ${moment}`,
  trackReason: "weil du ihn gelöscht hast",
  askedAt: (moment) => `Verlangt ${moment}`,
  removed: ({ stems, stem_files, peaks, covers, links }) =>
    [
      `${counted(stems, "Spur", "Spuren")} in ${counted(stem_files, "gespeichertem Stück", "gespeicherten Stücken")}`,
      counted(peaks, "Wellenform", "Wellenformen"),
      counted(covers, "Cover", "Cover"),
      `${counted(links, "Link", "Links")} entfernt`,
    ].join(", "),
  reasons: {
    finished: "weil seine Spuren fertig waren",
    deadline: "weil seine 24 Stunden um waren",
    unspecified: "aus einem Grund, der nicht angegeben ist",
  },
  more: "Mehr zeigen",

  closing: "Konto schließen",

  session: "Diese Sitzung",
  signOut: "Abmelden",
  signOutHint:
    "Beendet die Sitzung dieses Browsers in allen Tabs, entfernt die behaltenen Songs von diesem Gerät und vergisst unfertige Uploads und wie du deine Songs verlassen hast.",
};
