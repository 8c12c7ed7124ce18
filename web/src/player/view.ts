/** How a listener has set a track's player: what is kept between visits, put into a link, and shared with a mix. */

export interface LaneView {
  /** 0 to 100. */
  volume: number;
  /** -1 (left) to 1 (right). */
  pan: number;
  muted: boolean;
  solo: boolean;
}

/** Two points in the song, between which it repeats or not. */
export interface LoopView {
  from_s: number;
  to_s: number;
  isOn: boolean;
}

export interface PlayerView {
  v: 1;
  lanes: Record<string, LaneView>;
  tempo_percent: number;
  pitch_semitones: number;
  /** Drums are transposed with all else. */
  movesDrums: boolean;
  loop: LoopView | null;
  beats_in_bar: number;
  /** Which of the song's beats begins its first whole bar: 0 to one less than a bar has. */
  first_beat: number;
  isClicking: boolean;
  at_s: number;
}

export const TEMPO = { min: 50, max: 150, usual: 100 } as const;
export const PITCH = { min: -12, max: 12, usual: 0 } as const;
export const BEATS_IN_BAR = [2, 3, 4, 5, 6, 7] as const;
export const LOOP_S_MIN = 0.2;

const BEATS_USUAL = 4;
const ON = "on";
const OFF = "off";
const LANES_MAX = 32;
const NAME_MAX = 64;
const TIME_S_MAX = 200_000;

export function freshLane(): LaneView {
  return { volume: 100, pan: 0, muted: false, solo: false };
}

export function freshView(): PlayerView {
  return {
    v: 1,
    lanes: {},
    tempo_percent: TEMPO.usual,
    pitch_semitones: PITCH.usual,
    movesDrums: false,
    loop: null,
    beats_in_bar: BEATS_USUAL,
    first_beat: 0,
    isClicking: false,
    at_s: 0,
  };
}

/** A sound view of whatever a stranger, an older page or a full disk left: what is unsound is ignored or clamped. */
export function parseView(told: unknown): PlayerView {
  const from = membersOf(told);
  return {
    v: 1,
    lanes: lanesOf(from["lanes"]),
    tempo_percent: Math.round(within(from["tempo_percent"], TEMPO.min, TEMPO.max, TEMPO.usual)),
    pitch_semitones: Math.round(within(from["pitch_semitones"], PITCH.min, PITCH.max, PITCH.usual)),
    movesDrums: from["movesDrums"] === true,
    loop: loopOf(from["loop"]),
    ...barsOf(from["beats_in_bar"], from["first_beat"]),
    isClicking: from["isClicking"] === true,
    at_s: milli(within(from["at_s"], 0, TIME_S_MAX, 0)),
  };
}

/** The view as the query of a link; empty where all is as usual. */
export function queryOf(view: PlayerView): string {
  const query = new URLSearchParams();
  if (view.tempo_percent !== TEMPO.usual) {
    query.set("tempo", String(view.tempo_percent));
  }
  if (view.pitch_semitones !== PITCH.usual) {
    query.set("pitch", String(view.pitch_semitones));
  }
  if (view.movesDrums) {
    query.set("drums", ON);
  }
  if (view.loop) {
    const { from_s, to_s, isOn } = view.loop;
    query.set("loop", `${milli(from_s)}*${milli(to_s)}${isOn ? "" : `*${OFF}`}`);
  }
  if (view.beats_in_bar !== BEATS_USUAL || view.first_beat) {
    query.set("bar", `${view.beats_in_bar}*${view.first_beat}`);
  }
  if (view.isClicking) {
    query.set("click", ON);
  }
  if (view.at_s) {
    query.set("at", String(milli(view.at_s)));
  }
  for (const [stem, { volume, pan, muted, solo }] of Object.entries(view.lanes)) {
    const marks = `${muted ? "m" : ""}${solo ? "s" : ""}`;
    if (volume !== 100 || pan || marks) {
      query.append("lane", `${stem}*${volume}*${Math.round(pan * 100)}*${marks}`);
    }
  }
  return query.toString();
}

/** What `queryOf` wrote, or whatever somebody made of it; null where an address has none. */
export function viewOfHash(hash: string): PlayerView | null {
  const at = hash.indexOf("?");
  if (at < 0 || at === hash.length - 1) {
    return null;
  }
  const query = new URLSearchParams(hash.slice(at + 1));
  const [from = "", to = "", mark] = (query.get("loop") ?? "").split("*");
  const [beats, first] = (query.get("bar") ?? "").split("*");
  return parseView({
    tempo_percent: numberOf(query.get("tempo")),
    pitch_semitones: numberOf(query.get("pitch")),
    movesDrums: query.get("drums") === ON,
    loop: { from_s: numberOf(from), to_s: numberOf(to), isOn: mark !== OFF },
    beats_in_bar: numberOf(beats),
    first_beat: numberOf(first),
    isClicking: query.get("click") === ON,
    at_s: numberOf(query.get("at")),
    lanes: Object.fromEntries(query.getAll("lane").slice(0, LANES_MAX).map(laneOfText)),
  });
}

function laneOfText(text: string): [string, unknown] {
  const parts = text.split("*");
  const marks = parts.pop() ?? "";
  const pan = numberOf(parts.pop());
  const volume = numberOf(parts.pop());
  return [
    parts.join("*"),
    { volume, pan: pan === undefined ? 0 : pan / 100, muted: marks.includes("m"), solo: marks.includes("s") },
  ];
}

function lanesOf(told: unknown): Record<string, LaneView> {
  const names = Object.entries(membersOf(told)).filter(([stem]) => stem && stem.length <= NAME_MAX);
  return Object.fromEntries(names.slice(0, LANES_MAX).map(([stem, lane]) => [stem, laneOf(lane)]));
}

function laneOf(told: unknown): LaneView {
  const { volume, pan, muted, solo } = membersOf(told);
  return {
    volume: Math.round(within(volume, 0, 100, 100)),
    pan: Math.round(within(pan, -1, 1, 0) * 100) / 100,
    muted: muted === true,
    solo: solo === true,
  };
}

function loopOf(told: unknown): PlayerView["loop"] {
  const { from_s, to_s, isOn } = membersOf(told);
  if (typeof from_s !== "number" || typeof to_s !== "number") {
    return null;
  }
  const isSound = from_s >= 0 && to_s - from_s >= LOOP_S_MIN && to_s <= TIME_S_MAX;
  // Before there was such a mark, a loop that was kept was one that repeated.
  return isSound ? { from_s: milli(from_s), to_s: milli(to_s), isOn: isOn !== false } : null;
}

function barsOf(beats: unknown, first: unknown): Pick<PlayerView, "beats_in_bar" | "first_beat"> {
  const beats_in_bar = BEATS_IN_BAR.find((known) => known === beats) ?? BEATS_USUAL;
  return { beats_in_bar, first_beat: [...Array(beats_in_bar).keys()].find((beat) => beat === first) ?? 0 };
}

function membersOf(told: unknown): Record<string, unknown> {
  return typeof told === "object" && told !== null ? (told as Record<string, unknown>) : {};
}

function within(told: unknown, min: number, max: number, usual: number): number {
  return typeof told === "number" && !Number.isNaN(told) ? Math.min(max, Math.max(min, told)) : usual;
}

function numberOf(text: string | null | undefined): number | undefined {
  return text ? Number(text) : undefined;
}

function milli(value: number): number {
  return Math.round(value * 1000) / 1000;
}
