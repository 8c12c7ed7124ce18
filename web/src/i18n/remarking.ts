/** How a remark on a separation is put into words. */

/** Its figures: as numbers, for the forms of words, and as the page's language writes them. */
export interface Remarked {
  /** How many of what its word is about. */
  count: number;
  counted: string;
  /** Lengths of time. */
  missing: string;
  length: string;
}

export type Remark = string | ((told: Remarked) => string);
