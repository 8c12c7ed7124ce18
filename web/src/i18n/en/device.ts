/** Signing in a program by its code. */

export const device = {
  title: "Sign in a program",
  lead: "Type the code that the program shows.",
  code: "Code",
  codeHint: "Eight letters. Hyphens and spaces make no difference.",
  needCode: "Type the code first.",
  look: "Continue",
  asks: (email: string): string => `A program wants to be signed in as ${email || "you"}, with all that you can do.`,
  program: "Program",
  from: "Asks from",
  when: "Since",
  warning:
    "Approve only what you began yourself, just now, and only when the program shows this very code. Nobody from here asks you to.",
  approve: "Sign it in",
  refuse: "Refuse",
  approved: "The program is signed in",
  approvedLead: "It goes on by itself. You can close this page.",
  refused: "The program is refused",
  refusedLead: "It was told so, and its code opens nothing.",
  home: "To your songs",
};
