import { describe, expect, test } from "vitest";
import { freshView, parseView, queryOf, viewOfHash, type PlayerView } from "$/player/view";

const SET: PlayerView = {
  v: 1,
  lanes: {
    vocals: { volume: 40, pan: -0.25, muted: true, solo: false },
    "lead *gtr* & more": { volume: 100, pan: 0, muted: false, solo: true },
  },
  tempo_percent: 85,
  pitch_semitones: -3,
  movesDrums: true,
  loop: { from_s: 12.5, to_s: 20.125, isOn: true },
  beats_in_bar: 3,
  first_beat: 2,
  isClicking: true,
  at_s: 63.2,
};

describe("a view in a link", () => {
  test("comes back as it was set", () => {
    expect(viewOfHash(`#/track/trk_1?${queryOf(SET)}`)).toEqual(SET);
  });

  test("keeps the points of a loop that is off", () => {
    const loop = { from_s: 1, to_s: 2, isOn: false };
    expect(viewOfHash(`#/track/t?${queryOf({ ...freshView(), loop })}`)!.loop).toEqual(loop);
  });

  test("that has a loop from before loops could be off repeats", () => {
    expect(viewOfHash("#/track/t?loop=1*2")!.loop).toEqual({ from_s: 1, to_s: 2, isOn: true });
  });

  test("begins its bars with a beat that they have, whatever the link says", () => {
    const barsOf = (hash: string): number[] => {
      const { beats_in_bar, first_beat } = viewOfHash(hash)!;
      return [beats_in_bar, first_beat];
    };
    expect(barsOf("#/track/t?bar=3*1")).toEqual([3, 1]);
    expect(barsOf("#/track/t?bar=3*3")).toEqual([3, 0]);
    expect(barsOf("#/track/t?bar=99*1")).toEqual([4, 1]);
    expect(barsOf("#/track/t?bar=2.5*0.5")).toEqual([4, 0]);
  });

  test("says nothing where all is as usual", () => {
    expect(queryOf({ ...freshView(), lanes: { bass: { volume: 100, pan: 0, muted: false, solo: false } } })).toBe("");
  });

  test("is none where the address has no query", () => {
    expect(viewOfHash("#/track/trk_1")).toBeNull();
    expect(viewOfHash("#/track/trk_1?")).toBeNull();
  });

  test("is a usual view where the query is nonsense", () => {
    expect(viewOfHash("#/track/t?tempo=fast&pitch=&loop=9*&at=-1&lane=")).toEqual(freshView());
  });

  test("takes no more lanes than a track can have", () => {
    const many = Array.from({ length: 500 }, (_, number) => `lane=s${number}*1*0*`).join("&");
    expect(Object.keys(viewOfHash(`#/track/t?${many}`)!.lanes)).toHaveLength(32);
  });
});

describe("a view that a stranger made", () => {
  test.each([null, undefined, 7, "view", [], [1], true])("is a usual one when it is %j", (told) => {
    expect(parseView(told)).toEqual(freshView());
  });

  test("is clamped to what the controls can be set to", () => {
    const view = parseView({
      tempo_percent: 1e9,
      pitch_semitones: -99.4,
      at_s: -Infinity,
      lanes: { vocals: { volume: -5, pan: 44, muted: "yes", solo: 1 } },
    });
    expect(view).toEqual({
      ...freshView(),
      tempo_percent: 150,
      pitch_semitones: -12,
      lanes: { vocals: { volume: 0, pan: 1, muted: false, solo: false } },
    });
  });

  test("has no loop when the loop is backwards, too short or no numbers", () => {
    for (const loop of [
      { from_s: 5, to_s: 4 },
      { from_s: 1, to_s: 1.01 },
      { from_s: NaN, to_s: 2 },
      { from_s: 1 },
      "1-2",
    ]) {
      expect(parseView({ loop }).loop).toBeNull();
    }
  });

  test("has a loop that repeats unless it says that it is off", () => {
    const isOn = (told: object): boolean => parseView({ loop: { from_s: 1, to_s: 2, ...told } }).loop!.isOn;
    expect([{}, { isOn: true }, { isOn: 0 }, { isOn: false }].map(isOn)).toEqual([true, true, true, false]);
  });

  test("cannot change what objects inherit", () => {
    const view = parseView(JSON.parse('{"lanes": {"__proto__": {"volume": 1}}}'));
    expect(({} as Record<string, unknown>)["volume"]).toBeUndefined();
    expect(Object.getPrototypeOf(view.lanes)).toBe(Object.prototype);
  });

  test("is read from what the page kept before it had tempo, pitch, pan and bars", () => {
    const view = parseView({ at_s: 4.2, lanes: { drums: { volume: 50, muted: true, solo: false } } });
    expect(view).toMatchObject({ movesDrums: false, beats_in_bar: 4, first_beat: 0, isClicking: false });
    expect(view.at_s).toBe(4.2);
    expect(view.lanes["drums"]).toEqual({ volume: 50, pan: 0, muted: true, solo: false });
  });

  test("passes through JSON unchanged when it is sound", () => {
    expect(parseView(JSON.parse(JSON.stringify(SET)))).toEqual(SET);
  });
});
