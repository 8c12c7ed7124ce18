/** What the lock screen, the keyboard's media keys and headphones see and do. */

import type { Desk } from "$/player/deskModel.svelte";
import { STEP_S } from "$/player/keys";

/** What each was made of: its picture's address is told back otherwise than it was given. */
const shown = new WeakMap<MediaMetadata, string>();

export function bindMedia(desk: Desk): () => void {
  if (!("mediaSession" in navigator)) {
    return () => undefined;
  }
  const session = navigator.mediaSession;
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => desk.play(),
    pause: () => desk.pause(),
    stop: () => desk.pause(),
    seekto: ({ seekTime }) => seekTime !== undefined && desk.seek(seekTime),
    seekbackward: ({ seekOffset }) => desk.step(-(seekOffset ?? STEP_S)),
    seekforward: ({ seekOffset }) => desk.step(seekOffset ?? STEP_S),
  };
  const actions = Object.entries(handlers) as [MediaSessionAction, MediaSessionActionHandler][];
  for (const [action, handler] of actions) {
    // A browser refuses an action that it does not know.
    handle(session, action, handler);
  }
  return () => {
    actions.forEach(([action]) => handle(session, action, null));
    session.metadata = null;
    session.playbackState = "none";
  };
}

/** `cover` is the address of a picture. */
export function tellMedia(desk: Desk, title: string, artist: string, cover: string | null): void {
  if (!("mediaSession" in navigator)) {
    return;
  }
  const session = navigator.mediaSession;
  const told = JSON.stringify([title, artist, cover]);
  if (!session.metadata || shown.get(session.metadata) !== told) {
    session.metadata = new MediaMetadata({ title, artist, artwork: cover ? [{ src: cover }] : [] });
    shown.set(session.metadata, told);
  }
  // Its button asks for what the browser holds back, and tries again what failed.
  const isHeard = desk.wanted && desk.state !== "blocked" && desk.state !== "failed";
  session.playbackState = isHeard ? "playing" : "paused";
  if (desk.duration_s > 0) {
    session.setPositionState?.({
      duration: desk.duration_s,
      playbackRate: desk.practice.tempo_percent / 100,
      position: Math.min(desk.duration_s, Math.max(0, desk.engine?.position_s ?? 0)),
    });
  }
}

function handle(session: MediaSession, action: MediaSessionAction, handler: MediaSessionActionHandler | null): void {
  try {
    session.setActionHandler(action, handler);
  } catch {
    return;
  }
}
