/** The second step of signing in, the question who one is, and a change of address. */

import { counted } from "$/i18n/counting";

export const factor = {
  title: "Second step",
  lead: "Signing in by password takes a code of an app on your phone as well, so that a password alone opens nothing.",
  notOffered: "You sign in here without a password, so there is no second step to set up.",
  setUp: "Set up the second step",
  setUpTitle: "Set up the second step",
  scan: "Scan this with an authenticator app, such as the one that keeps your other codes.",
  qr: "QR code of the secret, which is written below it",
  orType: "Or type this secret into it:",
  code: "Code from the app",
  codeHint: "Six digits, which change every half minute.",
  needCode: "Enter the code.",
  turnOn: "Turn it on",
  isSet: "The second step is on.",
  since: (moment: string): string => `On since ${moment}.`,
  codesLeft: (count: number): string => `${counted(count, "recovery code is", "recovery codes are")} left.`,
  codesTitle: "Your recovery codes",
  codesLead:
    "Each of these works once in place of the app, such as when your phone is lost. They are shown this once: keep them where you find them without the phone.",
  download: "Download as a file",
  kept: "I have kept them",
  makeCodes: "Make new recovery codes",
  remove: "Remove",
  removeTitle: "Remove the second step?",
  removeLead: "Your password alone opens the account then. The recovery codes end, too.",
  removed: "The second step is removed.",

  stepTitle: "One more step",
  recoveryCode: "Recovery code",
  recoveryCodeHint: "One of the ten that were shown when the second step was set up. It works once.",
  useRecovery: "Use a recovery code instead",
  useApp: "Use the app's code instead",
  back: "Back to the password",

  proofTitle: "Show that it is you",
  proofLead: "What you are about to do could shut you out, or let others in. For ten minutes you are not asked again.",
  proofGo: "Go on",
  proofByPasskey: "Use a passkey",
  proofByProvider:
    "You sign in by a provider, which has to ask you anew. You come back here signed in afresh; then do this once more.",
  proofElseByProvider:
    "Without a passkey at hand, a provider that you sign in by can ask you anew. You come back here signed in afresh; then do this once more.",
  proofNoProvider: "No provider signs you in here any more. Sign in again, then do this once more.",
  proofBy: (provider: string): string => `Sign in again with ${provider}`,
  proofDone: (act: string): string => `It is confirmed that it is you. Go on with “${act}”.`,
  proofDoneOf: "It is confirmed that it is you. Do once more what you were about to do.",
  proofByAnother: (email: string): string =>
    email
      ? `You are signed in to another account now: ${email}. Nothing was done in the one before.`
      : "You are signed in to another account now. Nothing was done in the one before.",
  proofNeedsPasskey:
    "You can show it by a passkey alone, and this browser can use none here. Sign in again where you have one.",

  changeEmail: "Change the address",
  newEmail: "New e-mail address",
  newEmailHint: "A mail with a link comes there. The present address counts until you open it.",
  sendChange: "Send the link",
  changeSent: (address: string): string =>
    `A mail is on its way to ${address}. Open the link in it to change the address.`,
};
