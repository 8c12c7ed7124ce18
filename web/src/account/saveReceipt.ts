/** A signed receipt, as a file to keep. */

import { api, told } from "$/api/client";

/** Its bytes as they came: one that was written anew is no receipt any more. Throws Problem. */
export async function signedReceipt(sequence: number): Promise<Blob> {
  const path = { sequence: String(sequence) };
  return told(api.GET("/v1/privacy/receipts/{sequence}", { params: { path }, parseAs: "blob" }));
}

export function receiptFileName(sequence: number): string {
  return `receipt-${sequence}.json`;
}

/** Of an account that is gone: there is one, and nobody is signed in to see its number. */
export const ACCOUNT_RECEIPT_NAME = "receipt-account.json";
