/** The twelve notes, as the server spells them (services/separation/audio/tonality.py), with musicians' signs. */

export const NOTES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;
export type Note = (typeof NOTES)[number];
