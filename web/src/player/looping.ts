/** What a listener does with the loop, and what they are told of it. */

import { announce } from "$/design/noticeList.svelte";
import { i18n } from "$/i18n/i18n.svelte";
import type { Desk } from "$/player/deskModel.svelte";
import type { LoopPoint } from "$/player/practice.svelte";
import type { Span } from "$/player/timeline";
import { clockTenths } from "$/state/text";

/** At the position. */
export function setPoint(desk: Desk, point: LoopPoint): void {
  const { practice, position_s } = desk;
  if (point === "a") {
    practice.setA(position_s);
  } else {
    practice.setB(position_s);
  }
  if (practice.loopNote) {
    announce(i18n.m.player.loopNotes[practice.loopNote]);
  } else {
    intoLoop(desk);
  }
}

/** A beat further, or back; what that comes to is told, for the place itself is only seen. */
export function nudgePoint({ practice, duration_s }: Desk, point: LoopPoint, by: number): void {
  practice.nudge(point, by, duration_s);
  const at_s = point === "a" ? practice.a_s : practice.b_s;
  const { loopPointAt, loopUnset } = i18n.m.player;
  announce(at_s === null ? loopUnset : loopPointAt(point.toUpperCase(), clockTenths(at_s)));
}

export function toggleLoop(desk: Desk): void {
  if (!desk.practice.toggleLoop()) {
    announce(i18n.m.player.loopUnset);
  }
  intoLoop(desk);
}

/** A loop between two places that somebody dragged over. */
export function dragLoop(desk: Desk, { from_s, to_s }: Span): void {
  if (desk.practice.drag(from_s, to_s)) {
    intoLoop(desk);
  }
}

/** Who sets a loop wants to hear it: from outside of it, it begins at A. */
function intoLoop(desk: Desk): void {
  const { loop } = desk.practice;
  if (loop) {
    announce(i18n.m.player.loopNow(clockTenths(loop.from_s), clockTenths(loop.to_s)));
    if (desk.position_s < loop.from_s || desk.position_s >= loop.to_s) {
      desk.seek(loop.from_s);
    }
  }
}
