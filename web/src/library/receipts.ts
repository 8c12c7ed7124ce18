/** The receipt of one upload's erasure, among all of its person's. */

import { api, told } from "$/api/client";

const PAGE = 200;

/**
 * When the upload was erased, as its receipt says; null where there is none. They come newest first, and none from before
 * `made_at` can be its. Throws Problem.
 */
export async function erasedAt(upload_id: string, made_at: string): Promise<string | null> {
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = { limit: PAGE, ...(cursor && { cursor }) };
    const page: { erasures: { upload_id: string; erased_at: string }[]; next_cursor: string | null } = await told(
      api.GET("/v1/privacy/erasures", { params: { query } }),
    );
    const found = page.erasures.find((erasure) => erasure.upload_id === upload_id);
    if (found) {
      return found.erased_at;
    }
    const oldest = page.erasures.at(-1);
    cursor = oldest && Date.parse(oldest.erased_at) >= Date.parse(made_at) ? page.next_cursor : null;
  }
  return null;
}
