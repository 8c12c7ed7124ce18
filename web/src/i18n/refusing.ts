/** How a refusal is put into words. */

/** What the server tells with its word: its own sentence, and figures as the page's language writes them, where it gave any. */
export interface Told {
  text: string;
  /** Sizes. */
  most?: string;
  /** Lengths of time. */
  needed?: string;
  left?: string;
  /** A day. */
  renewed?: string;
  /** An address of this server that its sentence names. */
  address?: string;
  /** What is wrong with a password: short, long, regular, personal or known. */
  fault?: string;
}

export type Refusal = string | ((told: Told) => string);
