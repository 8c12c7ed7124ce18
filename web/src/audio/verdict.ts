// In which state the engine is, by what it knows.

export type EngineState = "idle" | "paused" | "buffering" | "waiting" | "playing" | "blocked" | "ended" | "failed";

export interface Evidence {
  isWanted: boolean;
  hasPlayed: boolean;
  /** Whether it came to the song's end, and nobody went elsewhere since. */
  hasEnded: boolean;
  failure: string;
  /** The mixer is gone, and with it whatever it had. */
  isDead: boolean;
  /** The browser gives no sound, until somebody taps or a call is over. */
  isHeldBack: boolean;
  position: number;
  playable_samples: number;
  isComplete: boolean;
  /** Whether the mixer has what is at the position. */
  isHeld: boolean;
}

export function verdictOn(evidence: Evidence): EngineState {
  if (evidence.hasEnded) {
    return "ended";
  }
  if (!evidence.isWanted) {
    return evidence.hasPlayed ? "paused" : "idle";
  }
  if (evidence.isDead) {
    return "failed";
  }
  if (evidence.isHeld) {
    return evidence.isHeldBack ? "blocked" : "playing";
  }
  const isAtEnd = evidence.position >= evidence.playable_samples;
  if (isAtEnd && evidence.isComplete) {
    return "ended";
  }
  if (evidence.failure) {
    return "failed";
  }
  return isAtEnd ? "waiting" : "buffering";
}
