import { counted } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const factor: Messages["factor"] = {
  title: "Zweiter Schritt",
  lead: "Zum Anmelden mit Passwort gehört dann auch ein Code aus einer App auf deinem Telefon, damit ein Passwort allein nichts öffnet.",
  notOffered: "Du meldest dich hier ohne Passwort an, also gibt es keinen zweiten Schritt einzurichten.",
  setUp: "Zweiten Schritt einrichten",
  setUpTitle: "Zweiten Schritt einrichten",
  scan: "Scanne dies mit einer Authenticator-App, etwa der, die deine anderen Codes hat.",
  qr: "QR-Code des Geheimnisses, das darunter steht",
  orType: "Oder tippe dieses Geheimnis in sie ein:",
  code: "Code aus der App",
  codeHint: "Sechs Ziffern, die jede halbe Minute wechseln.",
  needCode: "Gib den Code ein.",
  turnOn: "Einschalten",
  isSet: "Der zweite Schritt ist eingeschaltet.",
  since: (moment) => `Eingeschaltet seit ${moment}.`,
  codesLeft: (count) => `${counted(count, "Wiederherstellungscode ist", "Wiederherstellungscodes sind")} übrig.`,
  codesTitle: "Deine Wiederherstellungscodes",
  codesLead:
    "Jeder davon gilt einmal anstelle der App, etwa wenn dein Telefon weg ist. Sie werden nur dieses eine Mal gezeigt: Bewahre sie dort auf, wo du sie ohne das Telefon findest.",
  download: "Als Datei herunterladen",
  kept: "Ich habe sie aufbewahrt",
  makeCodes: "Neue Wiederherstellungscodes",
  remove: "Entfernen",
  removeTitle: "Zweiten Schritt entfernen?",
  removeLead: "Dann öffnet dein Passwort allein das Konto. Auch die Wiederherstellungscodes enden.",
  removed: "Der zweite Schritt ist entfernt.",

  stepTitle: "Noch ein Schritt",
  recoveryCode: "Wiederherstellungscode",
  recoveryCodeHint: "Einer der zehn, die beim Einrichten des zweiten Schritts gezeigt wurden. Er gilt einmal.",
  useRecovery: "Stattdessen ein Wiederherstellungscode",
  useApp: "Stattdessen der Code aus der App",
  back: "Zurück zum Passwort",

  proofTitle: "Zeig, dass du es bist",
  proofLead:
    "Was du vorhast, könnte dich aussperren oder andere hereinlassen. Zehn Minuten lang wirst du nicht wieder gefragt.",
  proofGo: "Weiter",
  proofByPasskey: "Passkey benutzen",
  proofByProvider:
    "Du meldest dich über einen Anbieter an, der dich noch einmal fragen muss. Du kommst frisch angemeldet hierher zurück; tu es dann noch einmal.",
  proofElseByProvider:
    "Ohne Passkey zur Hand kann dich ein Anbieter, über den du dich anmeldest, noch einmal fragen. Du kommst frisch angemeldet hierher zurück; tu es dann noch einmal.",
  proofNoProvider: "Hier meldet dich kein Anbieter mehr an. Melde dich neu an und tu es dann noch einmal.",
  proofBy: (provider) => `Noch einmal mit ${provider} anmelden`,
  proofDone: (act) => `Es ist bestätigt, dass du es bist. Mach weiter mit „${act}“.`,
  proofDoneOf: "Es ist bestätigt, dass du es bist. Tu noch einmal, was du vorhattest.",
  proofByAnother: (email) =>
    email
      ? `Du bist jetzt in einem anderen Konto angemeldet: ${email}. In dem vorigen wurde nichts getan.`
      : "Du bist jetzt in einem anderen Konto angemeldet. In dem vorigen wurde nichts getan.",
  proofNeedsPasskey:
    "Zeigen kannst du es nur mit einem Passkey, und dieser Browser kann hier keinen benutzen. Melde dich dort neu an, wo du einen hast.",

  changeEmail: "Adresse ändern",
  newEmail: "Neue E-Mail-Adresse",
  newEmailHint: "Dorthin kommt eine Mail mit einem Link. Bis du ihn öffnest, gilt die bisherige Adresse.",
  sendChange: "Link schicken",
  changeSent: (address) => `Eine Mail an ${address} ist unterwegs. Öffne den Link darin, um die Adresse zu ändern.`,
};
