/** Signed receipts: kept as files, verified by anybody. */

export const receipts = {
  lead: (address: string): string =>
    `A receipt that is signed stands in a public chain that names nobody. Save it, and anybody can verify it without us, with \`stripsession privacy verify RECEIPT --from ${address}\`. Saved receipts are the only ones left once you close your account.`,
  save: "Save receipt",
  saveOf: (what: string): string => `Save receipt: ${what}`,
  saved: "The receipt is saved.",
  number: (sequence: number): string => `Entry ${sequence} of the chain`,
  unsigned: "Its receipt is not signed. Where this server signs receipts, that takes moments; look again.",
};
