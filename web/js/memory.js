// What the browser keeps between visits, besides unfinished uploads: that somebody was signed in (never who, no secret),
// and how each of the last tracks was left: where it played, its volumes, mutes and solos.

const SIGNED_IN = "stripsession.signed-in";
const PLAYERS = "stripsession.players";
const PLAYERS_MAX = 50;

export function wasSignedIn() {
  return localStorage.getItem(SIGNED_IN) !== null;
}

export function rememberSignedIn(isSignedIn) {
  if (isSignedIn) {
    localStorage.setItem(SIGNED_IN, "yes");
  } else {
    localStorage.removeItem(SIGNED_IN);
  }
}

// { at_s, lanes: { <stem>: { volume, muted, solo } } }, or undefined.
export function playerOf(trackId) {
  return players().find(([known]) => known === trackId)?.[1];
}

export function rememberPlayer(trackId, player) {
  keep([[trackId, player], ...othersThan(trackId)].slice(0, PLAYERS_MAX));
}

export function forgetPlayer(trackId) {
  keep(othersThan(trackId));
}

export function forgetPlayers() {
  localStorage.removeItem(PLAYERS);
}

function othersThan(trackId) {
  return players().filter(([known]) => known !== trackId);
}

// Newest first.
function players() {
  try {
    return JSON.parse(localStorage.getItem(PLAYERS)) ?? [];
  } catch {
    return [];
  }
}

function keep(list) {
  try {
    localStorage.setItem(PLAYERS, JSON.stringify(list));
  } catch {
    // Full: the next visit begins at the start, which harms nobody.
  }
}
