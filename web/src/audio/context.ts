// The browser's end of all sound.

// Some browsers refuse unusual rates; in theirs the mixer resamples, and stems stay in step all the same.
export function contextAt(rate_hz: number): AudioContext {
  try {
    return new AudioContext({ sampleRate: rate_hz, latencyHint: "balanced" });
  } catch {
    return new AudioContext({ latencyHint: "balanced" });
  }
}

/** The context's time of what leaves the loudspeaker now. */
export function heardTime(context: AudioContext): number {
  const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
  const heard_s =
    contextTime > 0
      ? contextTime + (performance.now() - performanceTime) / 1000
      : context.currentTime - (context.outputLatency || context.baseLatency || 0);
  return Math.min(context.currentTime, heard_s);
}
