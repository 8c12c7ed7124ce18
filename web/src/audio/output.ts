// The browser's end of all sound, and whether it lets anything be heard.

// What the mixer gave last is still on its way through the sound card when it falls silent.
const REST_AFTER_S = 0.3;
// Of a start that waits for a tap nobody tells; any other takes some tenths of a second.
const HEARD_WITHIN_S = 1;
// Longer than an audio thread leaves a page without news.
const BEGINNING_S = 0.25;

export class Output {
  readonly context: AudioContext;
  /** Sound was asked for, and the browser gives none: until somebody taps, or a call is over. */
  isHeldBack = false;
  /** Called when that has changed. */
  onchange: () => void = () => undefined;
  private isAsked = false;
  private starting: ReturnType<typeof setTimeout> | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(rate_hz: number) {
    beMusic();
    this.context = contextAt(rate_hz);
    this.context.onstatechange = () => this.changed();
  }

  get isRunning(): boolean {
    return this.context.state === "running";
  }

  /** The context's time of what leaves the loudspeaker now. */
  get heard_s(): number {
    const { context } = this;
    const { currentTime } = context;
    if (!context.baseLatency) {
      // Firefox, by that. Asked for its way to the loudspeaker, the page and its audio thread may wait for each other for ever
      // (seen on PulseAudio in 153); and what it tells of the moment has that taken off twice, which leaves nothing.
      return currentTime;
    }
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp();
    if (contextTime <= 0) {
      return currentTime - (context.outputLatency || context.baseLatency);
    }
    const since_s = (performance.now() - performanceTime) / 1000;
    // WebKitGTK adds the context's age to the moment: by that its very beginning would be heard for ever.
    const isAged = since_s < 0 && contextTime + since_s < BEGINNING_S;
    return Math.min(currentTime, contextTime + (isAged ? 0 : since_s));
  }

  async start(): Promise<void> {
    this.isAsked = true;
    clearTimeout(this.resting);
    this.resting = undefined;
    if (!this.isHeldBack) {
      // Also where it runs: it may be about to come to rest.
      clearTimeout(this.starting);
      this.starting = setTimeout(() => this.late(), HEARD_WITHIN_S * 1000);
    }
    await this.resume();
  }

  /** Nothing is to be heard for now. */
  stop(): void {
    this.isAsked = false;
    this.look();
  }

  /** When the last of it is heard, the sound card may sleep. */
  rest(): void {
    this.resting ??= setTimeout(() => void this.context.suspend().catch(() => undefined), REST_AFTER_S * 1000);
  }

  async close(): Promise<void> {
    clearTimeout(this.resting);
    this.isAsked = false;
    this.onchange = () => undefined;
    this.look();
    await this.context.close();
  }

  private changed(): void {
    if (this.isRunning) {
      this.look();
    } else if (this.isAsked && this.starting === undefined) {
      // Another app took the sound away, as a call does. Given back, it is for the page to take.
      this.look();
      void (this.context.state === "suspended" && this.resume());
    }
  }

  /** Taken away while it was being started, it is asked for once more; what waits for a tap goes on waiting. */
  private late(): void {
    this.look();
    if (this.isHeldBack && this.context.state === "suspended") {
      void this.resume();
    }
  }

  private async resume(): Promise<void> {
    try {
      await this.context.resume();
    } catch {
      this.look();
    }
  }

  private look(): void {
    clearTimeout(this.starting);
    this.starting = undefined;
    const isHeldBack = this.isAsked && !this.isRunning;
    if (isHeldBack !== this.isHeldBack) {
      this.isHeldBack = isHeldBack;
      this.onchange();
    }
  }
}

// Some browsers refuse unusual rates; in theirs the mixer resamples, and stems stay in step all the same.
function contextAt(rate_hz: number): AudioContext {
  try {
    return new AudioContext({ sampleRate: rate_hz, latencyHint: "balanced" });
  } catch {
    return new AudioContext({ latencyHint: "balanced" });
  }
}

/** What a page plays is else taken for an effect, which a phone's switch for its ring silences. */
function beMusic(): void {
  const { audioSession } = navigator as { audioSession?: { type: string } };
  try {
    if (audioSession) {
      audioSession.type = "playback";
    }
  } catch {
    return;
  }
}
