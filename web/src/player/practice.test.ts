import { beforeEach, describe, expect, test, vi } from "vitest";
import { Practice } from "$/player/practice.svelte";
import { prefer } from "$/player/preferences.svelte";
import { freshView } from "$/player/view";

const BEATS = Array.from({ length: 40 }, (_, beat) => beat * 0.5);
const tuned = {
  setTempo: vi.fn(),
  setPitch: vi.fn(),
  moveDrums: vi.fn(),
  setLoop: vi.fn(),
  setClick: vi.fn(),
  countIn: vi.fn(),
};
let practice: Practice;

beforeEach(() => {
  vi.clearAllMocks();
  prefer({ snaps: true, countInBars: 0, clickVolume: 50 });
  practice = new Practice(() => tuned);
});

describe("tempo and pitch", () => {
  test("stop at the ends of what can be set, and go back to what was recorded", () => {
    practice.setTempo(400);
    practice.setPitch(-40);
    expect([practice.tempo_percent, practice.pitch_semitones]).toEqual([150, -12]);
    expect(tuned.setTempo).toHaveBeenLastCalledWith(1.5);
    practice.reset();
    expect(tuned.setTempo).toHaveBeenLastCalledWith(1);
    expect(tuned.setPitch).toHaveBeenLastCalledWith(0);
  });
});

describe("drums", () => {
  test("keep their pitch until they are to move as well, and again with the next view", () => {
    expect(practice.movesDrums).toBe(false);
    practice.moveDrums(true);
    expect(tuned.moveDrums).toHaveBeenLastCalledWith(true);
    practice.begin(freshView());
    expect(tuned.moveDrums).toHaveBeenLastCalledWith(false);
  });
});

test("what is kept of a song is what was set, and sets the same again", () => {
  const view = {
    ...freshView(),
    tempo_percent: 80,
    pitch_semitones: 2,
    movesDrums: true,
    loop: { from_s: 1, to_s: 2, isOn: false },
    beats_in_bar: 3,
    first_beat: 1,
    isClicking: true,
  };
  practice.begin(view);
  expect({ ...view, ...practice.kept }).toEqual(view);
  practice.begin(freshView());
  expect({ ...view, ...practice.kept }).toEqual({ ...freshView(), at_s: view.at_s });
});

describe("where nothing can change tempo and pitch", () => {
  test("both go back to what is heard, and stay there", () => {
    practice.setTempo(80);
    practice.setPitch(2);
    practice.fix();
    expect([practice.tempo_percent, practice.pitch_semitones]).toEqual([100, 0]);
    practice.setTempo(70);
    practice.setPitch(-3);
    expect([practice.tempo_percent, practice.pitch_semitones]).toEqual([100, 0]);
  });
});

describe("the loop", () => {
  test("begins to repeat when both of its points are set, on the beats", () => {
    practice.know(BEATS);
    practice.setA(2.1);
    expect(practice.loop).toBeNull();
    practice.setB(4.2);
    expect(practice.loopNote).toBeNull();
    expect(tuned.setLoop).toHaveBeenLastCalledWith({ from_s: 2, to_s: 4 });
  });

  test("is where the listener set it when points do not snap", () => {
    prefer({ snaps: false });
    practice.know(BEATS);
    practice.setA(2.1);
    practice.setB(4.2);
    expect(practice.loop).toEqual({ from_s: 2.1, to_s: 4.2 });
  });

  test("refuses a B before A, and forgets a B that A has passed", () => {
    practice.setA(5);
    practice.setB(3);
    expect([practice.loop, practice.loopNote]).toEqual([null, "isBeforeA"]);
    practice.setB(5);
    expect([practice.loop, practice.loopNote]).toEqual([null, "isBeforeA"]);
    practice.setB(9);
    expect(practice.loopNote).toBeNull();
    practice.setA(10);
    expect([practice.b_s, practice.loop, practice.loopNote]).toEqual([null, null, "passedB"]);
  });

  test("says nothing more of a refused point once another was set or all were cleared", () => {
    practice.setA(5);
    practice.setB(3);
    practice.setA(1);
    expect(practice.loopNote).toBeNull();
    practice.setB(0);
    expect(practice.loopNote).toBe("isBeforeA");
    practice.setLoop(null);
    expect(practice.loopNote).toBeNull();
  });

  test("says nothing more of a refused point once it is turned off or on", () => {
    practice.setLoop({ from_s: 5, to_s: 9 });
    practice.setB(3);
    expect(practice.loopNote).toBe("isBeforeA");
    practice.toggleLoop();
    expect(practice.loopNote).toBeNull();
  });

  test("still says why it has no second point where it cannot be turned on", () => {
    practice.setA(5);
    practice.setB(3);
    practice.toggleLoop();
    expect(practice.loopNote).toBe("isBeforeA");
  });

  test("has its points moved by a beat each, on the beats again", () => {
    practice.know(BEATS);
    practice.setLoop({ from_s: 2.1, to_s: 4 });
    practice.nudge("a", 1, 20);
    practice.nudge("b", -1, 20);
    expect(tuned.setLoop).toHaveBeenLastCalledWith({ from_s: 2.5, to_s: 3.5 });
  });

  test("has its points moved by tenths of a second where they do not snap", () => {
    prefer({ snaps: false });
    practice.know(BEATS);
    practice.setLoop({ from_s: 2, to_s: 4 }, false);
    practice.nudge("a", -1, 20);
    practice.nudge("b", 1, 20);
    expect(practice.points).toEqual({ from_s: 1.9, to_s: 4.1, isOn: false });
  });

  test("keeps its points in the song and apart, however far they are moved", () => {
    practice.setLoop({ from_s: 0.05, to_s: 0.4 });
    practice.nudge("a", 1, 20);
    practice.nudge("a", 1, 20);
    expect(practice.a_s).toBeCloseTo(0.15, 6);
    practice.nudge("a", -1, 20);
    practice.nudge("a", -1, 20);
    expect(practice.a_s).toBe(0);
    practice.nudge("b", 1, 0.45);
    expect(practice.b_s).toBe(0.45);
    practice.nudge("b", 1, 0.45);
    expect(practice.b_s).toBe(0.45);
  });

  test("has a first point that moves also before there is a second, and none that moves before there is any", () => {
    practice.nudge("a", 1, 20);
    practice.nudge("b", 1, 20);
    expect([practice.a_s, practice.b_s]).toEqual([null, null]);
    practice.setA(5);
    practice.nudge("a", 1, 20);
    expect(practice.a_s).toBeCloseTo(5.1, 6);
    expect(practice.loop).toBeNull();
  });

  test("is turned off and on again without losing its points", () => {
    practice.setLoop({ from_s: 1, to_s: 2 });
    expect(practice.toggleLoop()).toBe(true);
    expect(tuned.setLoop).toHaveBeenLastCalledWith(null);
    practice.toggleLoop();
    expect(tuned.setLoop).toHaveBeenLastCalledWith({ from_s: 1, to_s: 2 });
  });

  test("keeps both points while it is off", () => {
    practice.setLoop({ from_s: 1, to_s: 2 }, false);
    expect(practice.points).toEqual({ from_s: 1, to_s: 2, isOn: false });
    expect(practice.loop).toBeNull();
    expect(tuned.setLoop).toHaveBeenLastCalledWith(null);
  });

  test("cannot be turned on before it has points", () => {
    expect(practice.toggleLoop()).toBe(false);
    expect(practice.isLooping).toBe(false);
  });
});

describe("the metronome", () => {
  test("does not click without beats", () => {
    practice.toggleClick();
    expect(practice.isClicking).toBe(false);
    expect(tuned.setClick).toHaveBeenLastCalledWith(null);
  });

  test("is silent and still knows the beats until it is turned on", () => {
    practice.know(BEATS);
    expect(tuned.setClick).toHaveBeenLastCalledWith({ beats_s: BEATS, downbeat_every: 4, downbeat_first: 0, gain: 0 });
    practice.toggleClick();
    expect(tuned.setClick).toHaveBeenLastCalledWith({
      beats_s: BEATS,
      downbeat_every: 4,
      downbeat_first: 0,
      gain: 0.25,
    });
  });

  test("takes other beats, as many as before, for the new ones that they are", () => {
    practice.know(BEATS);
    const later = BEATS.map((beat_s) => beat_s + 0.25);
    practice.know(later);
    expect(practice.beats_s).toEqual(later);
    expect(tuned.setClick).toHaveBeenLastCalledWith(expect.objectContaining({ beats_s: later }));
  });

  test("begins its bars with the beat that was chosen", () => {
    practice.know(BEATS);
    practice.setFirstBeat(2);
    expect(tuned.setClick).toHaveBeenLastCalledWith(expect.objectContaining({ downbeat_first: 2 }));
  });

  test("begins the bars of each song on its own, and a shorter bar with a beat that it has", () => {
    practice.know(BEATS);
    practice.setBeatsInBar(6);
    practice.setFirstBeat(5);
    const other = new Practice(() => tuned);
    other.know(BEATS);
    expect(tuned.setClick).toHaveBeenLastCalledWith(expect.objectContaining({ downbeat_every: 4, downbeat_first: 0 }));
    practice.setBeatsInBar(3);
    expect(tuned.setClick).toHaveBeenLastCalledWith(expect.objectContaining({ downbeat_every: 3, downbeat_first: 2 }));
  });

  test("clicks as a view says as soon as the beats are known", () => {
    practice.begin({ ...freshView(), beats_in_bar: 3, first_beat: 1, isClicking: true });
    practice.know(BEATS);
    expect(tuned.setClick).toHaveBeenLastCalledWith({
      beats_s: BEATS,
      downbeat_every: 3,
      downbeat_first: 1,
      gain: 0.25,
    });
  });

  test("counts in so many bars of so many beats, and none without beats", () => {
    prefer({ countInBars: 2 });
    practice.setBeatsInBar(3);
    practice.countIn();
    expect(tuned.countIn).toHaveBeenLastCalledWith(0);
    practice.know(BEATS);
    practice.countIn();
    expect(tuned.countIn).toHaveBeenLastCalledWith(6);
  });
});
