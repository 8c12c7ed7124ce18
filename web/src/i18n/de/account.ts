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
  privacyLead: "Alles, was dieser Dienst von dir behält, wie lange, und was es beendet.",
  held: {
    what: "Was",
    howLong: "Wie lange",
    items: [
      {
        what: "Songs, die du hochlädst",
        detail: "Mit einem eigenen Schlüssel versiegelt, bevor sie eine Platte erreichen.",
        howLong: "Bis ihre Spuren fertig sind; höchstens 24 Stunden. Zuerst wird ihr Schlüssel vernichtet.",
      },
      {
        what: "Spuren, Titel, Schlagwörter, Cover und was in einem Song gehört wurde",
        detail: "Spuren und Cover sind versiegelt, jedes Stück mit einem eigenen Schlüssel.",
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
        howLong: "Solange du das Konto hast.",
      },
      {
        what: "Deine Sitzungen",
        detail:
          "Wann jede begann und zuletzt benutzt wurde, und mit welchem Programm und System. Keine Adresse, kein Ort.",
        howLong: "Sieben Tage über ihr Ende hinaus.",
      },
      {
        what: "Mail an dich",
        detail:
          "Was darin steht, liegt versiegelt, bis sie verschickt ist; von ihrem Link bleibt nur ein Fingerabdruck.",
        howLong: "Die Mail, bis sie verschickt ist; der Fingerabdruck sieben Tage über das Ende des Links hinaus.",
      },
      {
        what: "Programme, die angemeldet werden wollen",
        detail: "Wie sie sich nennen und von welcher Netzwerkadresse sie fragen, für den, der zustimmt.",
        howLong: "Zehn Minuten; spätestens eine Stunde danach nicht mehr.",
      },
      {
        what: "Passkeys",
        detail:
          "Name, wann jeder hinzukam und zuletzt benutzt wurde, und die öffentliche Hälfte seines Schlüssels, die nichts öffnet.",
        howLong: "Bis du ihn entfernst.",
      },
      {
        what: "API-Schlüssel",
        detail: "Name, wofür jeder ist und der Tag der letzten Benutzung; vom Schlüssel selbst nur ein Fingerabdruck.",
        howLong: "Bis sieben Tage nach seinem Ende.",
      },
      {
        what: "Webhooks",
        detail:
          "Adressen, die du genannt hast, versiegelte Geheimnisse und was hinging: welcher Song, wann und mit welchem Status.",
        howLong: "Bis du sie entfernst; was hinging, 14 Tage.",
      },
      {
        what: "Berechnete Minuten",
        detail: "Zeiten und Mengen; kein Titel, kein Ton.",
        howLong: "Sieben Jahre, wie Zahlungsbelege.",
      },
      {
        what: "Belege über Löschungen",
        detail: "Welcher Upload, wann er kam und wann er ging.",
        howLong: "Solange du das Konto hast.",
      },
      {
        what: "Dass du dein Konto geschlossen hast",
        detail:
          "Wann du es verlangt hast, und ein Fingerabdruck des Links, der es verfolgt: Niemand kann ihn zurücklesen.",
        howLong:
          "Bis 30 Tage, nachdem du es zurückgenommen hast; sonst immer, unter einer Kennung, die zu niemandem führt.",
      },
      {
        what: "Die Kette der Belege",
        detail:
          "Dass etwas gelöscht wurde, wann und wie viel davon. Sie nennt niemanden, und ohne deine Belege führt nichts zu dir.",
        howLong: "Für immer, damit niemand eine Löschung zurücknehmen kann.",
      },
      {
        what: "In diesem Browser",
        detail:
          "Unfertige Uploads und wo ihre Dateien liegen, das gewählte Modell, Löschungen, von denen der Server vielleicht noch nichts weiß, wie du die letzten 50 Songs verlassen hast, Songs, die du zum Spielen ohne Netz behältst, die letzte Liste; wie du übst (Einrasten, Einzählen, Takt, Lautstärke des Metronoms, Kürzel mit einer Taste), Sprache und Aussehen; die Dateien dieser Seite.",
        howLong:
          "Bis du dich abmeldest. Wie du übst, Sprache, Aussehen und die Dateien dieser Seite bleiben danach, bis du sie im Browser löschst.",
      },
    ],
    cookies:
      "Zwei Cookies halten deine Sitzung; ein drittes lebt für Minuten, während du dich über einen anderen Anbieter anmeldest. Ein viertes merkt sich ein Jahr lang, dass du dich hier angemeldet hast, damit du nicht warten musst, wenn Fremde dein Passwort raten; deine Adresse steht nicht darin, und es bleibt nach dem Abmelden. Andere Seiten werden nach nichts gefragt, und niemand erfährt, was du hörst.",
  },

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
