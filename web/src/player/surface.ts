/** What fingers, mice and wheels do on a waveform: go there, set a loop, zoom, move along. The sliders do it for keys. */

import type { Attachment } from "svelte/attachments";
import type { Desk } from "$/player/deskModel.svelte";
import { dragLoop } from "$/player/looping";
import { partOf, timeAt } from "$/player/timeline";

/** Less than this is a click, not a drag. */
const SLOP_PX = 4;
const ZOOM_PER_PX = 1.003;

interface Drag {
  pointerId: number;
  begun_px: number;
  begun_s: number;
  isLoop: boolean;
}

/** `isRuler`: a drag sets a loop there without Shift. */
export function surface(desk: Desk, isRuler: boolean): Attachment<HTMLElement> {
  return (element) => {
    const stopping = new AbortController();
    const hands = new Hands(desk, element, isRuler);
    const { signal } = stopping;
    element.addEventListener("pointerdown", (event) => hands.down(event), { signal });
    element.addEventListener("pointermove", (event) => hands.move(event), { signal });
    element.addEventListener("pointerup", (event) => hands.up(event), { signal });
    element.addEventListener("pointercancel", (event) => hands.cancel(event), { signal });
    element.addEventListener("wheel", (event) => hands.wheel(event), { signal, passive: false });
    return () => stopping.abort();
  };
}

class Hands {
  #touches = new Map<number, number>();
  #drag: Drag | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly element: HTMLElement,
    private readonly isRuler: boolean,
  ) {}

  down(event: PointerEvent): void {
    if (event.button !== 0) {
      return;
    }
    this.element.setPointerCapture(event.pointerId);
    this.#touches.set(event.pointerId, event.clientX);
    if (this.#touches.size > 1) {
      this.#letGo();
      return;
    }
    const begun_s = this.#timeOf(event.clientX);
    const isLoop = this.isRuler || event.shiftKey;
    this.#drag = { pointerId: event.pointerId, begun_px: event.clientX, begun_s, isLoop };
    if (!isLoop) {
      this.desk.scrub_s = begun_s;
    }
  }

  move(event: PointerEvent): void {
    const drag = this.#drag;
    if (this.#touches.size === 2) {
      this.#pinch(event);
    } else if (drag?.pointerId === event.pointerId) {
      const at_s = this.#timeOf(event.clientX);
      if (!drag.isLoop) {
        this.desk.scrub_s = at_s;
      } else if (Math.abs(event.clientX - drag.begun_px) >= SLOP_PX) {
        this.desk.dragged = { from_s: Math.min(drag.begun_s, at_s), to_s: Math.max(drag.begun_s, at_s) };
      }
    }
    if (this.#touches.has(event.pointerId)) {
      this.#touches.set(event.pointerId, event.clientX);
    }
  }

  up(event: PointerEvent): void {
    const { dragged } = this.desk;
    if (this.#drag?.pointerId === event.pointerId) {
      if (dragged) {
        dragLoop(this.desk, dragged);
      } else {
        this.desk.seek(this.#timeOf(event.clientX));
      }
    }
    this.cancel(event);
  }

  cancel(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    this.#letGo();
  }

  wheel(event: WheelEvent): void {
    const { waves, position_s } = this.desk;
    const isAcross = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (event.ctrlKey) {
      waves.zoom(ZOOM_PER_PX ** event.deltaY, this.#timeOf(event.clientX));
    } else if (isAcross && !waves.isWhole) {
      const by_px = event.deltaX || event.deltaY;
      waves.move((by_px * (waves.span.to_s - waves.span.from_s)) / this.element.clientWidth);
    } else {
      return;
    }
    waves.look(position_s);
    event.preventDefault();
  }

  /** Two fingers: the times under them stay under them. */
  #pinch(event: PointerEvent): void {
    const before = [...this.#touches.values()];
    const after = [...this.#touches].map(([id, x]) => (id === event.pointerId ? event.clientX : x));
    const width = (xs: number[]): number => Math.max(SLOP_PX, Math.abs(xs[0]! - xs[1]!));
    const centre = (xs: number[]): number => (xs[0]! + xs[1]!) / 2;
    const { waves } = this.desk;
    const held_s = this.#timeOf(centre(before));
    waves.zoom(width(before) / width(after), held_s);
    waves.move(held_s - this.#timeOf(centre(after)));
    waves.look(this.desk.position_s);
  }

  #letGo(): void {
    this.#drag = null;
    this.desk.scrub_s = null;
    this.desk.dragged = null;
  }

  #timeOf(x: number): number {
    const box = this.element.getBoundingClientRect();
    const at_s = timeAt(this.desk.waves.span, (x - box.left) / box.width);
    return Math.min(Math.max(0, at_s), this.desk.duration_s);
  }
}

/** A part of what is shown, as CSS places it. */
export function percentAt(desk: Desk, time_s: number): string {
  return `${(100 * partOf(desk.waves.span, time_s)).toFixed(3)}%`;
}
