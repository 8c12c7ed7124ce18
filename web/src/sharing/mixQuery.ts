/** The faders of a player as what is asked of a mix. */

import { soundsIn } from "$/player/mixing";
import { freshLane, type PlayerView } from "$/player/view";
import type { MixQuery } from "$/sharing/choices";

const GAIN_DB_MIN = -60;

/** Empty where the mix is the song as it is; null where nothing in it sounds. */
export function mixQuery(stems: readonly string[], view: Pick<PlayerView, "lanes">): MixQuery | null {
  const lanes = stems.map((stem) => ({ stem, ...(view.lanes[stem] ?? freshLane()) }));
  const sounds = soundsIn(lanes);
  const sounding = lanes.filter((lane) => sounds(lane) && lane.volume > 0);
  if (!sounding.length) {
    return null;
  }
  const isPlain = sounding.every((lane) => lane.volume === 100);
  const isCentred = sounding.every((lane) => lane.pan === 0);
  if (sounding.length === stems.length && isPlain && isCentred) {
    return {};
  }
  return {
    stems: sounding.map(({ stem }) => stem).join(","),
    ...(isPlain ? {} : { gains: sounding.map(({ volume }) => short(gain_dB(volume))).join(",") }),
    ...(isCentred ? {} : { pans: sounding.map(({ pan }) => short(pan)).join(",") }),
  };
}

/** The player's fader is the square of its volume. */
export function gain_dB(volume: number): number {
  return Math.max(GAIN_DB_MIN, 40 * Math.log10(volume / 100));
}

/** At most two places, and never with an exponent. */
function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
