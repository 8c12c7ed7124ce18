/** Does on a desk what a key asks for. */

import type { Desk } from "$/player/deskModel.svelte";
import { actOf, isSpokenFor, type Act } from "$/player/keys";
import { nudgePoint, setPoint, toggleLoop } from "$/player/looping";

/** True where the key was the player's. */
export function pressed(desk: Desk, event: KeyboardEvent, areCharactersOn: boolean, help: () => void): boolean {
  const { target } = event;
  if (event.defaultPrevented || document.querySelector("dialog[open]")) {
    return false;
  }
  if (target instanceof Element && isSpokenFor(target, event.key)) {
    return false;
  }
  const act = actOf(event, areCharactersOn);
  // Held down, a switch would flicker.
  if (!act || (event.repeat && !REPEATED.has(act.name))) {
    return false;
  }
  if (act.name === "help") {
    help();
  } else {
    perform(desk, act);
  }
  return true;
}

const REPEATED = new Set<Act["name"]>(["step", "nudge", "nudgePoint", "tempo", "pitch", "zoom"]);

function perform(desk: Desk, act: Exclude<Act, { name: "help" }>): void {
  const { practice, waves } = desk;
  switch (act.name) {
    case "toggle":
      return desk.toggle();
    case "home":
      return desk.seek(0);
    case "end":
      return desk.seek(desk.duration_s);
    case "step":
      return desk.step(act.by_s);
    case "mute":
    case "solo":
      return toggleLane(desk, act.lane, act.name === "mute" ? "muted" : "solo");
    case "nudge":
      return desk.nudge(act.by);
    case "setPoint":
      return setPoint(desk, act.point);
    case "nudgePoint":
      return nudgePoint(desk, act.point, act.by);
    case "toggleLoop":
      return toggleLoop(desk);
    case "clearLoop":
      return practice.setLoop(null);
    case "click":
      return practice.toggleClick();
    case "tempo":
      return practice.setTempo(practice.tempo_percent + act.by);
    case "pitch":
      return practice.setPitch(practice.pitch_semitones + act.by);
    case "reset":
      return practice.reset();
    case "zoom":
      return waves.zoom(act.factor, desk.position_s);
  }
}

function toggleLane({ mix }: Desk, number: number, what: "muted" | "solo"): void {
  const stem = mix.stems[number];
  const lane = stem === undefined ? undefined : mix.lanes[stem];
  if (stem !== undefined && lane) {
    mix.set(stem, { [what]: !lane[what] });
  }
}
