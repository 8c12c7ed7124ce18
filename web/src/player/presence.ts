/**
 * What the device knows of a song that plays: that it is music, and that the screen is looked at.
 *
 * Chromium gives its lock screen and its media keys only to a page where an element plays that is long and not mute; the
 * mixer is no such element. Sending its sound through one would change it and its delay, and Chromium takes a stream for a
 * sound of a moment, which no key steers. So beside the mixer plays a file that nobody hears: twelve seconds, round and
 * round, of the least value above silence, as Firefox tells silence from music. Everything works without it.
 */

import hush from "$/player/hush.flac";
import { Waking } from "$/state/waking";

export interface Told {
  /** The device paused it: a call came, or a headphone was pulled out. */
  taken(): void;
  /** The device plays it again. */
  given(): void;
}

export class Presence {
  #isOn = false;
  #audio: HTMLAudioElement | null = null;
  readonly #waking = new Waking();
  readonly #closing = new AbortController();

  constructor(private readonly told: Told) {}

  /** Whether the song is to be heard. First said in what a listener's hand does: browsers let nothing play before. */
  be(isOn: boolean): void {
    if (this.#closing.signal.aborted) {
      return;
    }
    this.#isOn = isOn;
    this.#waking.keep(isOn);
    if (!isOn) {
      this.#audio?.pause();
      return;
    }
    this.#audio ??= this.#made();
    if (this.#audio.paused) {
      this.#audio.play().catch(() => undefined);
    }
  }

  close(): void {
    this.be(false);
    this.#closing.abort();
    this.#audio?.removeAttribute("src");
    this.#audio?.load();
  }

  #made(): HTMLAudioElement {
    const audio = new Audio(hush);
    const { signal } = this.#closing;
    audio.loop = true;
    // There is nothing in it for a loudspeaker elsewhere.
    audio.disableRemotePlayback = true;
    // Events come late: only what is so still, and was not asked for here, is the device's doing.
    audio.addEventListener("pause", () => audio.paused && this.#isOn && this.told.taken(), { signal });
    audio.addEventListener("play", () => !audio.paused && !this.#isOn && this.told.given(), { signal });
    return audio;
  }
}
