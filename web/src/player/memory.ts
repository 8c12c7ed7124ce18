/** How each of the last tracks was left, kept in this browser until the track is deleted or the person signs out. */

import { LOCAL } from "$/browser/names";
import { parseView, type PlayerView } from "$/player/view";
import { shelf } from "$/state/shelf";

const PLAYERS = LOCAL.players;
const PLAYERS_MAX = 50;

type Kept = [track_id: string, view: unknown];

export function playerOf(track_id: string): PlayerView | null {
  const kept = players().find(([known]) => known === track_id);
  return kept ? parseView(kept[1]) : null;
}

export function rememberPlayer(track_id: string, view: PlayerView): void {
  keep([[track_id, view] as Kept, ...othersThan(track_id)].slice(0, PLAYERS_MAX));
}

export function forgetPlayer(track_id: string): void {
  keep(othersThan(track_id));
}

export function forgetPlayers(): void {
  shelf.remove(PLAYERS);
}

function othersThan(track_id: string): Kept[] {
  return players().filter(([known]) => known !== track_id);
}

/** Newest first. */
function players(): Kept[] {
  try {
    const told: unknown = JSON.parse(shelf.read(PLAYERS) ?? "[]");
    return Array.isArray(told) ? told.filter((kept): kept is Kept => Array.isArray(kept) && kept.length === 2) : [];
  } catch {
    return [];
  }
}

function keep(list: Kept[]): void {
  shelf.write(PLAYERS, JSON.stringify(list));
}
