import type { Messages } from "$/i18n/i18n.svelte";

export const providers: Messages["providers"] = {
  or: "oder",
  goOnWith: (name) => `Weiter mit ${name}`,
  arriving: "Du wirst angemeldet…",
  connecting: "Wird verbunden…",
  arrived: "Anmelden",
  failed: "Das hat nicht geklappt",
  toSignIn: "Zur Anmeldung",
  toSecurity: "Zu deinem Konto",
  toPlace: "Zurück, wo du warst",

  newcomer: "Eines noch",
  newcomerLead: (name, who) => `Du bist neu hier. Für ${who || "dich"} bürgt ${name}.`,
  make: "Konto anlegen",

  title: "Verbundene Anmeldungen",
  lead: "Wer sich dort anmelden kann, kann es auch hier. Von deinem Konto dort ist nur bekannt, dass es deines ist.",
  since: (moment) => `Verbunden ${moment}`,
  notConnected: "Nicht verbunden",
  connect: "Verbinden",
  connectOf: (name) => `${name} verbinden`,
  connected: (name) => `${name} ist verbunden.`,
  disconnect: "Trennen",
  disconnectOf: (name) => `${name} trennen`,
  disconnected: (name) => `${name} ist getrennt.`,
  lastWayIn:
    "Sonst käme niemand mehr in dein Konto. Füge zuerst einen Passkey hinzu oder verbinde einen anderen Anbieter. Oder wähle ein Passwort über den Link für ein vergessenes; das trennt auch diesen.",
  beginInSession: "Melde dich zuerst an und verbinde es dann in deinem Konto, unter Sicherheit.",
};
