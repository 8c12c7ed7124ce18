import { counted } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const security: Messages["security"] = {
  password: "Passwort",
  passwordLead:
    "Ein neues meldet dich überall sonst ab. Passkeys, verbundene Anmeldungen und API-Schlüssel bleiben: Beende, was nicht von dir ist.",
  presentPassword: "Bisheriges Passwort",
  changePassword: "Passwort ändern",
  passwordChanged: "Dein Passwort ist geändert.",

  noPassword: "Du hast kein Passwort.",
  noPasswordLead:
    "Ein Link per Mail setzt eines. Das meldet dich überall ab, beendet deine Passkeys und API-Schlüssel, schaltet Webhooks aus und trennt Anbieter wie Google.",
  sendReset: "Link schicken, um eines zu setzen",
  resetSent: (address) => `Eine Mail an ${address} ist unterwegs. Öffne den Link darin, um ein Passwort zu setzen.`,

  sessions: "Wo du angemeldet bist",
  sessionsLead:
    "Von jedem Browser oder Programm ist nur der Name und das System bekannt. Keine Adresse und kein Ort wird aufbewahrt.",
  unknownDevice: "Ein Programm, das seinen Namen nicht nannte",
  current: "Diese Sitzung",
  opened: (moment) => `Begonnen ${moment}`,
  lastUsed: (moment) => `zuletzt benutzt ${moment}`,
  end: "Beenden",
  endOf: (device, moment) => `${device} beenden, zuletzt benutzt ${moment}`,
  ended: "Die Sitzung ist beendet.",
  endOthers: "Alle anderen Sitzungen beenden",
  endedOthers: (count) => `${counted(count, "andere Sitzung ist", "andere Sitzungen sind")} beendet.`,
  alone: "Du bist sonst nirgends angemeldet.",
};
