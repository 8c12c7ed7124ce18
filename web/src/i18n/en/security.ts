import { counted } from "$/i18n/counting";

export const security = {
  password: "Password",
  passwordLead:
    "A new one signs you out everywhere else. Passkeys, connected sign-ins and API keys stay: end those that are not yours.",
  presentPassword: "Present password",
  changePassword: "Change the password",
  passwordChanged: "Your password is changed.",

  noPassword: "You have no password.",
  noPasswordLead:
    "A link by mail sets one. That signs you out everywhere, ends your passkeys and API keys, turns webhooks off, and disconnects providers such as Google.",
  sendReset: "Mail a link to set one",
  resetSent: (address: string): string => `A mail is on its way to ${address}. Open the link in it to set a password.`,

  sessions: "Where you are signed in",
  sessionsLead: "Each browser or program is known by its name and its system alone. No address and no place is kept.",
  unknownDevice: "A program that did not tell its name",
  current: "This session",
  opened: (moment: string): string => `Opened ${moment}`,
  lastUsed: (moment: string): string => `last used ${moment}`,
  end: "End",
  endOf: (device: string, moment: string): string => `End ${device}, last used ${moment}`,
  ended: "The session has ended.",
  endOthers: "End all other sessions",
  endedOthers: (count: number): string => `${counted(count, "other session has", "other sessions have")} ended.`,
  alone: "You are signed in nowhere else.",
};
