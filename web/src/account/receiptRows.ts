/** What the page shows of receipts. */

import type { Schemas } from "$/api/client";

export interface ReceiptRow {
  /** Unlike that of any other. */
  key: string;
  upload: Schemas["Erasure"] | null;
  track: Schemas["TrackErasure"] | null;
  /** Its entry in the chain; null until it is signed. */
  sequence: number | null;
}

/** Those of the kinds that this page knows: a later server may have more of them. */
export function receiptRows(receipts: readonly Schemas["Receipt"][]): ReceiptRow[] {
  return receipts.flatMap(({ upload, track, sequence }) => {
    const of = track ? `track ${track.track_id}` : upload && `upload ${upload.upload_id}`;
    return of ? [{ key: of, upload, track, sequence: sequence ?? null }] : [];
  });
}
