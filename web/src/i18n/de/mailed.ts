import type { Messages } from "$/i18n/i18n.svelte";

export const mailed: Messages["mailed"] = {
  forgotLink: "Passwort vergessen?",
  forgot: "Wähle ein neues Passwort",
  forgotLead:
    "Gib die Adresse deines Kontos ein. Dorthin kommt eine Mail mit einem Link, der einmal und nicht lange gilt.",
  forgotSend: "Link schicken",
  forgotSent: (address) =>
    `Eine Mail an ${address} ist unterwegs. Wenn es dort ein Konto gibt, wählt der Link darin ein neues Passwort.`,
  reset: "Wähle ein neues Passwort",
  resetLead:
    "Damit wirst du überall abgemeldet, deine Passkeys und API-Schlüssel enden, Webhooks werden ausgeschaltet, und Anbieter wie Google werden getrennt. Melde dich dann mit dem neuen an.",
  newPassword: "Neues Passwort",
  resetSend: "Wählen",
  resetDone: "Du hast ein neues Passwort. Melde dich damit an.",
  verify: "Bestätige deine Adresse",
  verifyLead: "Bestätige, dass dieses Konto deines ist und du seine Mails liest.",
  verifySend: "Bestätigen",
  verifyDone: "Deine Adresse ist bestätigt.",
  change: "Deine Adresse ändern",
  changeLead: "Danach meldest du dich bei diesem Konto mit der neuen Adresse an, und seine Mails kommen dorthin.",
  changeSend: "Ändern",
  changeDone: "Das ist jetzt die Adresse deines Kontos.",
  undo: "Änderung deiner Adresse zurücknehmen",
  undoLead:
    "Deine alte Adresse gilt wieder. Das meldet überall ab, nimmt Passwort, Passkeys und API-Schlüssel weg, schaltet Webhooks aus und trennt Anbieter wie Google: Wer die Adresse geändert hat, könnte sie haben.",
  undoSend: "Zurücknehmen",
  undoDone: "Deine alte Adresse gilt wieder. Eine Mail mit einem Link für ein neues Passwort ist dorthin unterwegs.",
  confirm: "Stell dein Konto fertig",
  confirmLead: "Gib das Passwort ein, das du gewählt hast, als du darum batst.",
  confirmSend: "Fertigstellen",
  account: "Konto",
  newAddress: "Neue Adresse",
  oldAddress: "Alte Adresse",
  stranger: "Kennst du dieses Konto nicht, dann schließ diese Seite. Noch hat sich nichts geändert.",
  noCode:
    "In dieser Adresse steht kein Link mehr. Öffne den Link in deiner Mail noch einmal, oder bitte um einen neuen.",
  look: "Schau in deine Mail",
  lookText: (address) => `Eine Mail an ${address} ist unterwegs. Öffne den Link darin, um weiterzumachen.`,
  another: "Um einen neuen Link bitten",
  toSignIn: "Anmelden",
  onward: "Weiter",

  verified: "Adresse bestätigt",
  unverified: "Adresse nicht bestätigt",
  noAddress: "Dieses Konto hat keine Adresse.",
  noMail: "Eine Adresse nur für diesen Rechner: Dort kommt keine Mail an.",
  sendVerification: "Link zum Bestätigen schicken",
  verificationSent: "Die Mail ist unterwegs.",
};
