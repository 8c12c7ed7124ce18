// In which state the engine is, by what it knows.

export type EngineState = "idle" | "paused" | "buffering" | "waiting" | "playing" | "ended" | "failed";

export interface Evidence {
  isWanted: boolean;
  hasPlayed: boolean;
  /** Whether it came to the song's end, and nobody went elsewhere since. */
  hasEnded: boolean;
  failure: string;
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
  if (evidence.isHeld) {
    return "playing";
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
