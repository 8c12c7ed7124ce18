/** Seconds as whole minutes, always against the listener's hopes: what is theirs is never overstated, what it takes never understated. */

/** Of what is left, or what a plan gives. */
export function minutesHad(time_s: number): number {
  return Math.floor(Math.max(0, time_s) / 60);
}

/** Of what is used, or what a song needs. */
export function minutesTaken(time_s: number): number {
  return Math.ceil(Math.max(0, time_s) / 60);
}
