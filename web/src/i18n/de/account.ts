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

  plan: "Tarif und Minuten",
  planNow: (plan) => `Tarif ${plan}`,
  leftOf: (left, all) => `${left} von ${all} Minuten übrig`,
  used: "Verbraucht",
  reserved: "Zurückgelegt für Songs in Arbeit",
  remaining: "Übrig",
  minutes: (minutes) => `${minutes} Min.`,
  renews: (day) => `Erneuert sich am ${day}. Übrige Minuten gehen nicht in den nächsten Monat über.`,
  charged:
    "Ein Song kostet seine eigene Länge, und nur, wenn seine Stems fertig werden. Einer, der scheitert oder abgebrochen wird, kostet nichts.",
  plans: "Tarife",
  yours: "Dein Tarif",
  aMonth: "Im Monat",
  longest: "Längster Song",
  atOnce: "Songs zugleich",
  change: "Deinen Tarif ändert, wer diesen Server betreibt. Auf einem eigenen Rechner geht es mit",

  page: "Sprache und Aussehen",
  language: "Sprache",
  theme: "Aussehen",
  themes: { system: "Wie das System", light: "Hell", dark: "Dunkel" },

  privacy: "Was gespeichert ist",
  privacyLead: "Alles, was dieser Dienst von dir behält, wie lange, und was es beendet.",
  held: {
    what: "Was",
    howLong: "Wie lange",
    items: [
      {
        what: "Songs, die du hochlädst",
        detail: "Mit einem eigenen Schlüssel versiegelt, bevor sie eine Platte erreichen.",
        howLong: "Bis ihre Stems fertig sind; höchstens 24 Stunden. Zuerst wird ihr Schlüssel vernichtet.",
      },
      {
        what: "Stems, Titel, Tags, Cover und was in einem Song gehört wurde",
        detail: "Stems und Cover sind versiegelt, jedes mit einem eigenen Schlüssel.",
        howLong: "Bis du den Song löschst. Das vernichtet die Schlüssel sofort.",
      },
      {
        what: "Links, die einen Song teilen",
        detail: "Nur ein Fingerabdruck des Links: Niemand kann ihn zurücklesen.",
        howLong: "Bis einen Tag nach seinem Ende oder Widerruf, oder bis du den Song löschst.",
      },
      {
        what: "Dein Konto",
        detail: "Adresse, Name und vom Passwort nur ein argon2id-Hash.",
        howLong: "So lange du das Konto hast.",
      },
      {
        what: "Deine Sitzungen",
        detail: "Wann jede begann und zuletzt benutzt wurde.",
        howLong: "Sieben Tage über ihr Ende hinaus.",
      },
      {
        what: "Berechnete Minuten",
        detail: "Zeiten und Mengen; kein Titel, kein Ton.",
        howLong: "Sieben Jahre, wie Zahlungsbelege.",
      },
      {
        what: "Belege über Löschungen",
        detail: "Welcher Upload, wann er kam und wann er ging.",
        howLong: "So lange du das Konto hast.",
      },
      {
        what: "In diesem Browser",
        detail:
          "Unfertige Uploads, wie du die letzten 50 Songs verlassen hast, Songs, die du zum Spielen ohne Netz behältst, die letzte Liste, Sprache und Aussehen.",
        howLong: "Bis du dich abmeldest; Sprache und Aussehen, bis du sie löschst.",
      },
    ],
    cookies:
      "Zwei Cookies halten deine Sitzung. Andere Seiten werden nach nichts gefragt, und niemand erfährt, was du hörst.",
  },

  receipts: "Belege",
  receiptsLead: "Jeder gelöschte Upload, der neueste zuerst.",
  noReceipts: "Noch wurde nichts gelöscht. Der Beleg deines ersten Songs steht hier, sobald seine Stems fertig sind.",
  erased: (moment) => `Gelöscht ${moment}`,
  heldFor: (time) => `Gehalten: ${time}`,
  uploadedAt: (moment) => `Hochgeladen ${moment}`,
  reasons: {
    finished: "weil seine Stems fertig waren",
    deadline: "weil seine 24 Stunden um waren",
    unspecified: "aus einem Grund, der nicht angegeben ist",
  },
  more: "Mehr zeigen",

  session: "Diese Sitzung",
  signOut: "Abmelden",
  signOutHint:
    "Beendet die Sitzung dieses Browsers in allen Tabs und vergisst seine unfertigen Uploads und wie du deine Songs verlassen hast.",
};
