import { describe, expect, it } from "vitest";
import { gainOf } from "$/player/mixing";
import { freshLane, type LaneView } from "$/player/view";
import type { MixQuery } from "$/sharing/choices";
import { gain_dB, mixQuery } from "$/sharing/mixQuery";

const STEMS = ["vocals", "drums", "bass", "other"];

function query(lanes: Record<string, Partial<LaneView>>, stems = STEMS): MixQuery | null {
  const whole = Object.entries(lanes).map(([stem, lane]) => [stem, { ...freshLane(), ...lane }]);
  return mixQuery(stems, { lanes: Object.fromEntries(whole) });
}

describe("a mix's query", () => {
  it("is empty where every fader is where it began: the sum is the song itself", () => {
    expect(query({})).toEqual({});
    expect(query({ vocals: {}, drums: {} })).toEqual({});
  });

  it("names the stems that sound, and no gain or place that is as usual", () => {
    expect(query({ vocals: { muted: true } })).toEqual({ stems: "drums,bass,other" });
  });

  it("keeps only what is soloed, and of that nothing muted, as the player does", () => {
    expect(query({ drums: { solo: true }, bass: { solo: true, muted: true } })).toEqual({ stems: "drums" });
  });

  it("tells gains in the order of the stems, each in decibels with two places at most", () => {
    expect(query({ vocals: { volume: 50 }, bass: { volume: 80 } })).toEqual({
      stems: "vocals,drums,bass,other",
      gains: "-12.04,0,-3.88,0",
    });
  });

  it("tells places beside gains where any stem is moved aside", () => {
    expect(query({ other: { pan: -0.5 } })).toEqual({ stems: "vocals,drums,bass,other", pans: "0,0,0,-0.5" });
  });

  it("leaves out a stem whose fader is down, and is none where all are", () => {
    expect(query({ bass: { volume: 0 } })).toEqual({ stems: "vocals,drums,other" });
    expect(query({ vocals: { volume: 0 }, drums: { muted: true } }, ["vocals", "drums"])).toBeNull();
  });

  it("has no gain below the least that the server takes", () => {
    expect(gain_dB(1)).toBe(-60);
  });

  it("sounds as loud as the player's fader of every volume above that", () => {
    for (let volume = 4; volume <= 100; volume += 1) {
      expect(10 ** (gain_dB(volume) / 20)).toBeCloseTo(gainOf(volume), 10);
    }
  });
});
