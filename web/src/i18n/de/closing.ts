/** Das Konto schließen: verlangt, zurückgenommen, verfolgt. */

import { counted } from "$/i18n/counting";
import type { closing as english } from "$/i18n/en/closing";

export const closing: typeof english = {
  lead: "Du kannst dein Konto selbst schließen. Dann wird alles davon aus diesem Dienst gelöscht, vom Dienst selbst.",
  goes: "Was geht",
  goesItems: [
    "jeder Song, jede Spur, jedes Cover, jedes Schlagwort und jeder Link, für alle, die einen haben",
    "deine Adresse, dein Name, Passwort, Passkeys, API-Schlüssel und Webhooks",
    "dein Abo: Es endet sofort, und von selbst wird nichts zurückgezahlt",
  ],
  stays: "Was bleibt",
  staysItems: [
    "Belege von Zahlungen, sieben Jahre, wie es das Gesetz verlangt: Beträge, Rechnungen, Art der Karte und letzte vier Ziffern",
    "Zahlen dazu, was gelöscht wurde, unter einer Kennung, die zu niemandem führt",
  ],
  toExport: "Deine Daten als eine Datei",
  before: "Lade vorher herunter, was du behalten willst. Ein Abo lässt sich beenden, ohne das Konto zu schließen.",
  toPlan: "Tarif ändern",
  when: "Wann",
  later: (wait) => `In ${wait}`,
  now: "Sofort",
  laterHint:
    "Bis zu diesem Tag geht alles wie bisher, und du kannst das Konto behalten. Eine Mail sagt dir den Tag, wo dieser Server Mails verschickt.",
  nowHint:
    "In Sekunden bist du überall abgemeldet. Niemand kann es zurücknehmen, auch nicht, wer diesen Server betreibt.",
  typeIt: (word) => `Um alles jetzt zu löschen, tippe ${word}`,
  word: "löschen",
  mistyped: (word) => `Tippe ${word}, wie es dort steht.`,
  ask: "Konto schließen",
  askNow: "Jetzt alles löschen",
  asked: "Dein Konto wird geschlossen",
  link: "Link, um es zu verfolgen",
  linkAnew: "Neuen Link zeigen",
  linkAnewHint:
    "Falls der Link, um es zu verfolgen, verloren ging. Der Tag bleibt, und der Link von vorher führt nirgendwohin mehr.",
  linkOnce:
    "Kopiere ihn jetzt: Er wird nur dieses eine Mal gezeigt. Wer ihn hat, sieht, wie weit die Löschung ist, und kann ihren Beleg speichern, und sonst nichts von dir.",
  linkHere:
    "Nur auf dieser Seite siehst du es, sobald du abgemeldet bist. Bewahre ihre Adresse auf: Sie gilt bis 90 Tage nach dem Ende der Löschung.",
  copyLink: "Adresse kopieren",
  done: "Fertig",

  waiting: (day) => `Dein Konto wird am ${day} gelöscht.`,
  erasing: "Dein Konto wird gelöscht.",
  keep: "Mein Konto behalten",
  kept: "Dein Konto bleibt.",

  followTitle: "Die Löschung eines Kontos",
  followWaiting: (day) => `Sie beginnt am ${day}. Bis dahin kann sich, wem es gehört, anmelden und das Konto behalten.`,
  followWithdrawn: "Es wurde zurückgenommen: Das Konto bleibt.",
  followErasing: "Sie läuft. Der letzte Teil dauert etwa zehn Minuten.",
  followOver: (moment) => `Seit ${moment} ist alles davon weg.`,
  unsigned:
    "Ihr Beleg ist noch nicht unterschrieben. Wo dieser Server Belege unterschreibt, dauert das Augenblicke, und dann erscheint er hier von selbst.",
  staysUnsigned:
    "Ihr Beleg ist nicht unterschrieben, und diese Seite fragt nicht weiter danach. Öffne diese Adresse später wieder, um zu sehen, ob er es ist.",
  receipt:
    "Ein unterschriebener Beleg beweist, dass alles davon weg ist. Er hat die Kennung des Kontos. Speichere ihn: Nach 90 Tagen kann ihn dir niemand mehr geben.",
  notForgotten:
    "Dieser Browser hat nicht alles losgelassen, was er von dem Konto aufbewahrt hat. Lösche in seinen Einstellungen, was er für diese Seite aufbewahrt.",
  gone: "Dieser Link führt nirgendwohin",
  goneText:
    "Er ist vertippt; oder die Schließung wurde noch einmal verlangt, und der zuletzt gezeigte Link gilt; oder die Löschung war vor mehr als 90 Tagen zu Ende.",
  toSignIn: "Zur Anmeldung",
  parts: "Teil",
  far: "Wie weit",
  holders: {
    "sign-in": "Anmeldung und Sitzungen",
    library: "Songs und Links",
    separation: "Arbeit an Songs",
    billing: "Zahlungen",
    auth: "Konto",
  },
  partWaiting: "Noch nicht",
  partAgain: "Hat nicht geantwortet und wird noch einmal gefragt",
  partDone: "Fertig",
  removed: "Was entfernt wurde",
  kinds: {
    tracks: "Songs",
    segments: "Stücke von Spuren",
    uploads: "Uploads",
    shares: "Links zu Songs",
    keys: "Schlüssel dazu",
    jobs: "Trennungen",
    subscriptions: "Abos",
    checkout_orders: "begonnene Zahlungen",
    checkout_pages: "offene Zahlungsseiten",
    provider_customers: "Kunden beim Zahlungsanbieter",
    customers: "Kundennummern",
    reservations: "Vormerkungen von Minuten",
    open_grants: "Gutschriften von Minuten",
    accounts: "Konten",
    sessions: "Sitzungen",
    api_keys: "API-Schlüssel",
    passkeys: "Passkeys",
    passkey_handles: "Nummern, die Passkeys kannten",
    passkey_challenges: "begonnene Anmeldungen mit Passkey",
    second_factors: "zweite Schritte",
    sign_in_challenges: "begonnene zweite Schritte",
    sign_in_links: "Links zum einmaligen Anmelden",
    device_sign_ins: "Programme, die angemeldet werden wollten",
    email_codes: "Codes in E-Mails",
    policy_acceptances: "Annahmen der Datenschutzerklärung",
    policy_tellings: "Ankündigungen der Datenschutzerklärung",
    mails: "wartende Mails",
    evidence: "Belege von Songs",
  },
  days: (count) => counted(count, "Tag", "Tagen"),
  hours: (count) => counted(count, "Stunde", "Stunden"),
  minutes: (count) => counted(count, "Minute", "Minuten"),
};
