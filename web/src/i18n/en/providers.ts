/** Signing in by a provider, and the providers that are connected to an account. */

export const providers = {
  or: "or",
  goOnWith: (name: string): string => `Continue with ${name}`,
  arriving: "Signing you in…",
  connecting: "Connecting…",
  arrived: "Sign in",
  failed: "That did not work",
  toSignIn: "To sign-in",
  toSecurity: "To your account",
  toPlace: "Back to where you were",

  newcomer: "One more thing",
  newcomerLead: (name: string, who: string): string =>
    `You are new here, signed in with ${name}${who && ` as ${who}`}.`,
  make: "Create the account",

  title: "Connected sign-ins",
  lead: "Whoever can sign in there can sign in here. Of your account there, only that it is yours is kept.",
  since: (moment: string): string => `Connected ${moment}`,
  notConnected: "Not connected",
  connect: "Connect",
  connectOf: (name: string): string => `Connect ${name}`,
  connected: (name: string): string => `${name} is connected.`,
  disconnect: "Disconnect",
  disconnectOf: (name: string): string => `Disconnect ${name}`,
  disconnected: (name: string): string => `${name} is disconnected.`,
  lastWayIn:
    "Nothing else would sign you in. Add a passkey or connect another provider first. Or choose a password by the link for a forgotten one, which disconnects this as well.",
  beginInSession: "Sign in first, then connect it in your account, under Security.",
};
