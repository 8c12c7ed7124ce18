/** Whether anybody can see the page: a tab behind others, or a phone's page in the background, is seen by nobody. */

export interface Sight {
  isHidden(): boolean;
  /** Tells of every change; gives what stops that. */
  watch(tell: () => void): () => void;
}

export const sight: Sight = {
  isHidden: () => document.visibilityState === "hidden",
  watch(tell) {
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  },
};
