/** The faders of a player as the query of a mix, as services/gateway/api/download_routes.py reads it. */

import { soundsIn } from "$/player/mixing";
import { freshLane, type PlayerView } from "$/player/view";

const GAIN_DB_MIN = -60;

/** Empty where the mix is the song as it is; null where nothing in it sounds. */
export function mixQuery(stems: readonly string[], view: Pick<PlayerView, "lanes">): string | null {
  const lanes = stems.map((stem) => ({ stem, ...(view.lanes[stem] ?? freshLane()) }));
  const sounds = soundsIn(lanes);
  const sounding = lanes.filter((lane) => sounds(lane) && lane.volume > 0);
  if (!sounding.length) {
    return null;
  }
  const isPlain = sounding.every((lane) => lane.volume === 100);
  const isCentred = sounding.every((lane) => lane.pan === 0);
  if (sounding.length === stems.length && isPlain && isCentred) {
    return "";
  }
  const parts = [`stems=${sounding.map((lane) => encodeURIComponent(lane.stem)).join(",")}`];
  if (!isPlain) {
    parts.push(`gains=${sounding.map((lane) => short(gain_dB(lane.volume))).join(",")}`);
  }
  if (!isCentred) {
    parts.push(`pans=${sounding.map((lane) => short(lane.pan)).join(",")}`);
  }
  return parts.join("&");
}

/** The player's fader is the square of its volume. */
export function gain_dB(volume: number): number {
  return Math.max(GAIN_DB_MIN, 40 * Math.log10(volume / 100));
}

/** At most two places, and never with an exponent. */
function short(value: number): string {
  return String(Number(value.toFixed(2)));
}
