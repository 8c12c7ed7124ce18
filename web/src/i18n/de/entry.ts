import type { Messages } from "$/i18n/i18n.svelte";

export const entry: Messages["entry"] = {
  headline: "Zerleg den Song. Spiel jede Spur.",
  lead: "Lade eine Aufnahme hoch und du bekommst ihre Spuren: Gesang, Schlagzeug, Bass und den Rest, jede auf einem eigenen Regler.",
  facts: [
    {
      title: "Spielt schon beim Trennen",
      text: "Die ersten Sekunden klingen, während der Rest des Songs noch getrennt wird.",
    },
    { title: "Geht genau auf", text: "Alle Spuren zusammen ergeben wieder deinen Song, Sample für Sample." },
    {
      title: "Behält keinen Upload",
      text: "Was du schickst, wird versiegelt, bevor es eine Platte erreicht, und gelöscht, sobald die Spuren fertig sind: spätestens nach 24 Stunden.",
    },
  ],
  signIn: "Anmelden",
  signUp: "Konto anlegen",
  request: "Anfrage zum Datenschutz",
  askNew: "Neu hier?",
  askKnown: "Schon ein Konto?",
  email: "E-Mail-Adresse",
  password: "Passwort",
  passwordRule: "8 Zeichen oder mehr. Einige Wörter, die nur du so zusammenstellst, lassen sich gut merken.",
  show: "Zeigen",
  showLabel: "Zeigen, was getippt ist",
  isOfAge: "Ich bin 13 oder älter",
  needEmail: "Gib eine E-Mail-Adresse ein, etwa name@example.org.",
  needPassword: "Gib ein Passwort ein.",
  needLongerPassword: "Wähle ein Passwort mit mindestens 8 Zeichen.",
  needAge: "Ein Konto ist für Menschen ab 13. Wenn du so alt bist, setz den Haken.",
  ageTitle: "Zuerst eine Frage",
  ageLead:
    "Ein Konto ist für Menschen ab 13, und dieses entstand, ohne dass danach gefragt wurde. Behalten wird nur, dass du es sagst und wann: kein Geburtsdatum.",
  ageGo: "Weiter",
  ageNot: "Bist du jünger, kannst du kein Konto haben. Was in diesem ist, wird gelöscht, wenn du es schließt.",
  ageClose: "Das Konto schließen",
  ended: "Deine Sitzung ist zu Ende. Melde dich wieder an.",
  elsewhere: "Du wurdest in einem anderen Tab abgemeldet. Melde dich wieder an.",
  noCookies:
    "Dieser Browser hat die Anmeldung nicht behalten. Erlaube Cookies für diese Seite und melde dich noch einmal an.",
  ownServer: "Dein eigener Server?",
  ownServerLink: "Seine Konsole zeigt beim Start einen Link, der einmal anmeldet. Einen neuen gibt dieser Befehl:",
  inItsFolder: "in seinem Ordner:",
};
