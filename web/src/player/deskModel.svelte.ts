/** A track on the desk: what is known of it, what sounds, and what the listener set. */

import type { Schemas } from "$/api/client";
import { textOf } from "$/api/words";
import type { Engine, EngineState, StemSegment } from "$/audio/engine";
import { announce } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import { movedByBeats } from "$/player/beats";
import { ManifestReader } from "$/player/manifest";
import { Mix } from "$/player/mix.svelte";
import { openEngine } from "$/player/opening";
import { Practice } from "$/player/practice.svelte";
import { Presence } from "$/player/presence";
import type { DeskManifest, DeskTrack, TrackSource } from "$/player/source";
import type { Span } from "$/player/timeline";
import { freshView, type PlayerView } from "$/player/view";
import { Waves } from "$/player/waves.svelte";
import { clock } from "$/state/text";

/** What the engine gave is heard by then. */
const HEARD_AFTER_S = 0.3;
/** Further past the end of what is there than this, the listener is told. */
const SHORT_OF_S = 0.5;

export interface Fault {
  text: string;
  willRetry: boolean;
}

/** The view's element, which has what sounds in it. */
export type PlayerElement = HTMLElement & { engine?: Engine | null };

export class Desk {
  track = $state.raw<DeskTrack | null>(null);
  report = $state.raw<Schemas["Report"] | null>(null);
  analysis = $state.raw<Schemas["Analysis"] | null>(null);
  /** Why the manifest could not be read, or sound not be started. */
  fault = $state.raw<Fault | null>(null);
  engine = $state.raw<Engine | null>(null);
  state = $state<EngineState>("idle");
  wanted = $state(false);
  failure = $state("");
  position_s = $state(0);
  playable_s = $state(0);
  /** Counts how often the position went elsewhere than on. */
  jumps = $state(0);
  /** Where they wanted to go, where that cannot be played yet and they did nothing since. */
  shortOf_s = $state<number | null>(null);
  /** Where the listener drags the position to; it goes there when they let go. */
  scrub_s = $state<number | null>(null);

  readonly mix = new Mix((stem, mix) => this.engine?.setLane(stem, mix));
  readonly practice = new Practice(() => this.engine);
  readonly waves = new Waves();
  readonly duration_s = $derived.by(() => Math.max(this.track?.duration_s ?? 0, this.playable_s));
  /** What they drag over, to be a loop when they let go. */
  dragged = $state.raw<Span | null>(null);
  readonly shown_s = $derived(this.scrub_s ?? this.position_s);
  /** Its beats may still come. */
  readonly isAwaitingBeats = $derived(!this.analysis && this.track?.state !== "ready");

  /** Called once a frame while something moves, with a level for each stem; each says whether it moves still. */
  readonly onframe = new Set<(levels: Float32Array) => boolean>();

  #source: TrackSource;
  #begun: PlayerView;
  #reader: ManifestReader | null = null;
  #segments: StemSegment[] = [];
  #isComplete = false;
  /** Counts how often it began from nothing, so that an engine that opens late is not taken for a later one. */
  #life = 0;
  #opening = -1;
  #isClosed = false;
  /** Pressed before there was anything to play with. */
  #isPlayAsked = false;
  #soughtEarly_s: number | null = null;
  readonly #presence = new Presence({
    // What the browser holds back goes on by itself.
    taken: () => this.state !== "blocked" && this.pause(),
    given: () => this.play(),
  });
  #frame = 0;

  constructor(source: TrackSource, begun: PlayerView | null) {
    this.#source = source;
    this.#begun = begun ?? freshView();
  }

  open(): void {
    this.#reader = new ManifestReader(this.#source, {
      ongrow: (manifest, fresh, isComplete) => this.#grow(manifest, fresh, isComplete),
      onrestart: () => this.#restart(),
      onfault: (error, willRetry) => (this.fault = { text: i18n.m.player.manifestFault(textOf(error)), willRetry }),
    });
    void this.#reader.run();
  }

  close(): void {
    this.#isClosed = true;
    // How it was left is asked for after this.
    this.#begun = this.view;
    this.#reader?.stop();
    this.#presence.close();
    cancelAnimationFrame(this.#frame);
    void this.engine?.close();
    this.engine = null;
  }

  /** The track was told to have changed, or the network is back. */
  poke(): void {
    this.#reader?.poke();
  }

  retry(): void {
    this.fault = null;
    this.poke();
    if (this.failure) {
      this.play();
    }
  }

  /** How all is set now: what is kept, linked to and shared. */
  get view(): PlayerView {
    const { mix, practice } = this;
    if (!mix.stems.length) {
      return this.#begun;
    }
    const at_s = this.state === "ended" ? 0 : this.#heard_s;
    return {
      v: 1,
      lanes: $state.snapshot(mix.lanes),
      ...practice.kept,
      at_s: Math.round(at_s * 1000) / 1000,
    };
  }

  /** Set all as a link or a shared mix says. */
  apply(view: PlayerView): void {
    this.#begun = view;
    // Also while its sound is being opened: what is set by then is what it begins with.
    if (this.mix.stems.length) {
      this.mix.begin(this.mix.stems, view.lanes);
      this.#practise(view);
      this.seek(view.at_s);
    }
  }

  toggle(): void {
    // Who presses play at what is held back wants to hear it.
    if (this.#isPlayAsked || (this.wanted && this.state !== "blocked")) {
      this.pause();
    } else {
      this.play();
    }
  }

  play(): void {
    this.shortOf_s = null;
    if (this.engine?.isBroken) {
      this.#replaceEngine();
    }
    this.#isPlayAsked = !this.engine;
    if (this.engine && this.#segments.length) {
      this.#presence.be(true);
      if (!this.wanted) {
        this.practice.countIn();
      }
      void this.#start(this.engine);
      this.waves.follow(this.position_s, true);
    }
  }

  pause(): void {
    this.shortOf_s = null;
    this.#isPlayAsked = false;
    void this.engine?.pause();
  }

  seek(to_s: number): void {
    this.shortOf_s = null;
    if (!this.engine) {
      this.#soughtEarly_s = this.#segments.length ? to_s : null;
      return;
    }
    const wanted_s = Math.min(Math.max(0, to_s), this.duration_s);
    const went_s = this.engine.seek(wanted_s);
    if (wanted_s > went_s + SHORT_OF_S) {
      this.shortOf_s = wanted_s;
      const { notYet, playsOn } = i18n.m.player;
      announce(`${notYet(clock(this.playable_s))}${this.#isComplete ? "" : ` ${playsOn}`}`);
    }
    this.position_s = went_s;
    this.jumps += 1;
    this.waves.follow(went_s, true);
    this.wake();
  }

  step(by_s: number): void {
    this.seek(this.#heard_s + by_s);
  }

  /** So many beats further, or tenths of a second where no beats are known. */
  nudge(by: number): void {
    this.seek(movedByBeats(this.practice.beats_s, this.#heard_s, by));
  }

  /** Where it is to be heard, where nothing sounds yet. */
  get #heard_s(): number {
    return this.engine?.position_s ?? this.#soughtEarly_s ?? this.#begun.at_s;
  }

  /** Begins to look at what moves. It stops by itself when nothing does. */
  wake(): void {
    this.#frame ||= requestAnimationFrame(() => this.#look());
  }

  #grow(manifest: DeskManifest, fresh: Schemas["Segment"][], isComplete: boolean): void {
    const { track } = manifest;
    this.fault = null;
    this.track = track;
    this.report = manifest.report ?? null;
    this.analysis = manifest.analysis;
    this.practice.know(manifest.analysis?.beats_s ?? []);
    if (!track.audio || !track.stems.length) {
      return;
    }
    if (!this.mix.stems.length) {
      this.#prepare(track);
    }
    const added = fresh.map(({ index, first_sample, length_samples }) => ({ index, first_sample, length_samples }));
    this.#segments.push(...added);
    this.#isComplete = isComplete;
    this.#measure(track.audio.sample_rate_hz);
    if (this.shortOf_s !== null && this.playable_s >= this.shortOf_s) {
      this.shortOf_s = null;
    }
    this.waves.grow(fresh, this.duration_s);
    if (this.engine) {
      this.engine.append(added, isComplete);
      this.#sync();
    } else {
      void this.#openEngine(track, track.audio);
    }
  }

  #prepare(track: DeskTrack): void {
    this.waves.begin(track.stems, track.audio!.sample_rate_hz);
    this.mix.begin(track.stems, this.#begun.lanes);
    this.#practise(this.#begun);
  }

  #practise(view: PlayerView): void {
    // A link may be to another version of the song.
    const isIn = !this.duration_s || (view.loop?.to_s ?? 0) <= this.duration_s + SHORT_OF_S;
    this.practice.begin(isIn ? view : { ...view, loop: null });
  }

  async #openEngine(track: DeskTrack, audio: Schemas["Audio"]): Promise<void> {
    const life = this.#life;
    if (this.#opening === life) {
      return;
    }
    this.#opening = life;
    // Begun again, it may not reach so far yet.
    const from_s = this.#begun.at_s < track.playable_s ? this.#begun.at_s : 0;
    this.position_s = from_s;
    try {
      const engine = await openEngine(this.#source, audio, track.stems, from_s);
      if (this.#isClosed || life !== this.#life) {
        await engine.close();
      } else {
        this.#take(engine);
      }
    } catch {
      if (life === this.#life) {
        this.#opening = -1;
        this.fault = { text: i18n.m.player.engineFault, willRetry: false };
      }
    }
  }

  #take(engine: Engine): void {
    this.engine = engine;
    engine.addEventListener("change", () => this.#sync());
    engine.addEventListener("turn", () => setTimeout(() => (this.jumps += 1), HEARD_AFTER_S * 1000));
    engine.addEventListener("fault", () => this.#fix());
    this.mix.giveAll();
    this.practice.giveAll();
    engine.append(this.#segments, this.#isComplete);
    this.#sync();
    this.waves.follow(this.position_s, true);
    if (this.#soughtEarly_s !== null) {
      this.seek(this.#soughtEarly_s);
      this.#soughtEarly_s = null;
    }
    if (this.#isPlayAsked) {
      this.play();
    }
  }

  async #start(engine: Engine): Promise<void> {
    try {
      await engine.play();
    } catch {
      // Closed meanwhile, it need not sound.
      if (engine === this.engine) {
        void engine.pause();
        this.fault = { text: i18n.m.player.engineFault, willRetry: false };
      }
    }
  }

  /** Nothing plays with the one that there is any more: another takes its place, where it was. */
  #replaceEngine(): void {
    const { track } = this;
    this.#begun = this.view;
    this.#letGoOfEngine();
    if (track?.audio) {
      void this.#openEngine(track, track.audio);
    }
  }

  #letGoOfEngine(): void {
    void this.engine?.close();
    this.engine = null;
    this.#life += 1;
    this.state = "idle";
    this.wanted = false;
    this.failure = "";
    this.#presence.be(false);
  }

  /** Tempo and pitch go back to what is heard. */
  #fix(): void {
    this.practice.fix();
    announce(i18n.m.player.tuningFault);
  }

  /** It was begun again from nothing: the listener's settings stay, all else goes. */
  #restart(): void {
    this.#begun = { ...this.view, at_s: 0 };
    this.#letGoOfEngine();
    this.#segments = [];
    this.#isComplete = false;
    this.#soughtEarly_s = null;
    this.mix.stems = [];
    this.shortOf_s = null;
    this.position_s = 0;
    this.playable_s = 0;
  }

  #measure(rate_hz: number): void {
    const last = this.#segments.at(-1);
    this.playable_s = last ? (last.first_sample + last.length_samples) / rate_hz : 0;
  }

  #sync(): void {
    if (this.engine) {
      this.state = this.engine.state;
      this.wanted = this.engine.wanted;
      this.failure = this.engine.failure;
      this.position_s = this.engine.position_s;
      // For what failed no screen need stay awake.
      this.#presence.be(this.wanted && this.state !== "failed");
      this.wake();
    }
  }

  #look(): void {
    this.#frame = 0;
    if (!this.engine || this.#isClosed) {
      return;
    }
    this.position_s = this.engine.position_s;
    if (this.scrub_s === null) {
      this.waves.follow(this.position_s);
    }
    const levels = this.engine.levels();
    const moving = [...this.onframe].filter((tell) => tell(levels));
    if (this.wanted || moving.length) {
      this.wake();
    }
  }
}
