/** What begins with a mail, and what asks for one. */

export const mailed = {
  forgotLink: "Forgot your password?",
  forgot: "Choose a new password",
  forgotLead: "Enter the address of your account. A mail with a link comes there, which works once and not for long.",
  forgotSend: "Send the link",
  forgotSent: (address: string): string =>
    `A mail is on its way to ${address}. If it has an account, the link in it chooses a new password.`,
  reset: "Choose a new password",
  resetLead:
    "It signs you out everywhere, ends your passkeys and API keys, turns webhooks off, and disconnects providers such as Google. Then sign in with the new one.",
  newPassword: "New password",
  resetSend: "Choose it",
  resetDone: "You have a new password. Sign in with it.",
  verify: "Confirm your address",
  verifyDone: "Your address is confirmed.",
  change: "Change your address",
  changeDone: "This is the address of your account now.",
  undo: "Take the change of your address back",
  undoLead:
    "Your old address counts again. It signs you out everywhere, takes the password, passkeys and API keys away, turns webhooks off, and disconnects providers such as Google: whoever changed the address may have them.",
  undoSend: "Take it back",
  undoDone: "Your old address counts again. A mail with a link for a new password is on its way there.",
  confirm: "Finish your account",
  confirmLead: "Enter the password that you chose when you asked for it.",
  confirmSend: "Finish",
  noCode: "This address has no link in it any more. Open the link in your mail again, or ask for a new one.",
  look: "Look into your mail",
  lookText: (address: string): string => `A mail is on its way to ${address}. Open the link in it to go on.`,
  toSignIn: "Sign in",
  onward: "Go on",

  verified: "Address confirmed",
  unverified: "Address not confirmed",
  sendVerification: "Mail a link to confirm it",
  verificationSent: "The mail is on its way.",
};
