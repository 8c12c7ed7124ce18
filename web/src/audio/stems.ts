// What a stem holds, by its name: as the library reads names (services/library/domain/mixing.py).

const VOICES = new Set(["vocals", "vocal", "voice"]);
const DRUMS = new Set([
  ...["drums", "drum", "kick", "snare", "tom", "toms"],
  ...["cymbal", "cymbals", "hihat", "hat", "hats", "percussion"],
]);
// Words that turn a name round: two-stem models call the rest `no_vocals`.
const BUT = new Set(["no", "non", "without", "minus"]);

/** Vocals, lead_vocals, backing-vocals..., and not no_vocals. */
export function isVoice(stem: string): boolean {
  return isOf(stem, VOICES) && VOICES.has(wordsOf(stem).at(-1)!);
}

/** Drums and what they are made of: transposed, they would be other drums. */
export function keepsPitch(stem: string): boolean {
  return isOf(stem, DRUMS);
}

/** Whether one of these words is in its name, and none that turns it round. */
export function isOf(stem: string, names: ReadonlySet<string>): boolean {
  const words = wordsOf(stem);
  return words.some((word) => names.has(word)) && !words.some((word) => BUT.has(word));
}

function wordsOf(stem: string): string[] {
  return stem.split(/[-_]/);
}
