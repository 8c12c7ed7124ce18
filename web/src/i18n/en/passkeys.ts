/** Passkeys, in the account and at the door. */

export const passkeys = {
  title: "Passkeys",
  lead: "A passkey signs you in with your finger, your face or the device's own code. Nothing can be guessed or given away by mistake.",
  signIn: "Sign in with a passkey",
  none: "You have no passkey.",
  add: "Add a passkey",
  addLead: "Your browser asks next where to keep it: on this device, in a password manager, or on a security key.",
  added: "The passkey is added.",
  name: "Name",
  nameHint: "So that you know it again.",
  needName: "Give the passkey a name.",
  thisPhone: "This phone",
  thisComputer: "This computer",
  made: (moment: string): string => `Added ${moment}`,
  lastUsed: (moment: string): string => `last used ${moment}`,
  neverUsed: "never used",
  rename: "Rename",
  renameOf: (name: string): string => `Rename the passkey ${name}`,
  renameTitle: "Rename this passkey",
  renamed: "The passkey has its new name.",
  remove: "Remove",
  removeOf: (name: string): string => `Remove the passkey ${name}`,
  removeTitle: "Remove this passkey?",
  removeLead: (name: string): string =>
    `“${name}” signs nobody in any more. Where it is kept it stays until you delete it there, too.`,
  removed: "The passkey is removed.",
  mishaps: {
    cancelled: "No passkey was given. Try again if you want to.",
    known: "There is a passkey of yours in this device or password manager already.",
    otherName:
      "Passkeys do not work at this address. Open StripSession by its name; on this machine that is localhost.",
    unable: "This browser or device can make no passkeys here.",
  },
};
