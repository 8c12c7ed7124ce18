import type { Messages } from "$/i18n/i18n.svelte";

export const passkeys: Messages["passkeys"] = {
  title: "Passkeys",
  lead: "Ein Passkey meldet dich mit Finger, Gesicht oder dem Code des Geräts an. Es gibt nichts zu erraten und nichts, was du aus Versehen verraten könntest.",
  signIn: "Mit Passkey anmelden",
  none: "Du hast keinen Passkey.",
  add: "Passkey hinzufügen",
  addLead:
    "Als Nächstes fragt dein Browser, wo er liegen soll: auf diesem Gerät, in einem Passwortmanager oder auf einem Sicherheitsschlüssel.",
  added: "Der Passkey ist hinzugefügt.",
  name: "Name",
  nameHint: "Damit du ihn wiedererkennst.",
  needName: "Gib dem Passkey einen Namen.",
  thisPhone: "Dieses Telefon",
  thisComputer: "Dieser Computer",
  made: (moment) => `Hinzugefügt ${moment}`,
  lastUsed: (moment) => `zuletzt benutzt ${moment}`,
  neverUsed: "nie benutzt",
  rename: "Umbenennen",
  renameOf: (name) => `Den Passkey ${name} umbenennen`,
  renameTitle: "Diesen Passkey umbenennen",
  renamed: "Der Passkey hat seinen neuen Namen.",
  remove: "Entfernen",
  removeOf: (name) => `Den Passkey ${name} entfernen`,
  removeTitle: "Diesen Passkey entfernen?",
  removeLead: (name) =>
    `„${name}“ meldet niemanden mehr an. Wo er aufbewahrt wird, bleibt er, bis du ihn auch dort löschst.`,
  removed: "Der Passkey ist entfernt.",
  mishaps: {
    cancelled: "Es kam kein Passkey. Versuch es noch einmal, wenn du möchtest.",
    known: "In diesem Gerät oder Passwortmanager ist schon ein Passkey von dir.",
    otherName:
      "Unter dieser Adresse gehen keine Passkeys. Öffne StripSession bei seinem Namen; auf diesem Rechner ist das localhost.",
    unable: "Dieser Browser oder dieses Gerät kann hier keine Passkeys erstellen.",
  },
};
