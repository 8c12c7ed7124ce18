/** The faders of all lanes, and what they come to for each stem. */

import type { LaneMix } from "$/audio/engine";
import { gainOf, isMoved, presetIn, presetsFor, soundsIn, stemsOf, type Preset } from "$/player/mixing";
import { freshLane, type LaneView } from "$/player/view";

export class Mix {
  stems = $state.raw<readonly string[]>([]);
  lanes = $state<Record<string, LaneView>>({});

  readonly sounds = $derived.by(() => soundsIn(Object.values(this.lanes)));
  readonly preset = $derived.by(() => presetIn(this.lanes));
  readonly presets = $derived.by(() => presetsFor(this.stems));
  readonly isTouched = $derived.by(() => Object.values(this.lanes).some(isMoved));

  /** `give` sets what a stem sounds like. */
  constructor(private readonly give: (stem: string, mix: LaneMix) => void) {}

  begin(stems: readonly string[], lanes: Readonly<Record<string, LaneView>>): void {
    this.stems = stems;
    this.lanes = Object.fromEntries(stems.map((stem) => [stem, { ...freshLane(), ...lanes[stem] }]));
    this.giveAll();
  }

  set(stem: string, change: Partial<LaneView>): void {
    const lane = this.lanes[stem];
    if (lane) {
      Object.assign(lane, change);
      this.giveAll();
    }
  }

  /** Exactly the preset: each stem silent or as it is in the song. */
  choose(preset: Preset): void {
    const sounding = stemsOf(preset, this.stems) ?? this.stems;
    const muted = this.stems.filter((stem) => !sounding.includes(stem));
    this.begin(this.stems, Object.fromEntries(muted.map((stem) => [stem, { ...freshLane(), muted: true }])));
  }

  reset(): void {
    this.begin(this.stems, {});
  }

  mixOf(stem: string): LaneMix {
    const lane = this.lanes[stem] ?? freshLane();
    return { gain: gainOf(lane.volume), pan: lane.pan, sounds: this.sounds(lane) };
  }

  giveAll(): void {
    this.stems.forEach((stem) => this.give(stem, this.mixOf(stem)));
  }
}
