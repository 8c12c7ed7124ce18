import { counted } from "$/i18n/counting";

/** The library as a list. */
export const listing = {
  waiting: "This track is loading…",
  ready: (time: string): string => `ready in ${time}`,
  tagged: (tag: string, tracks: number): string => `${tag} (${tracks})`,
  suggestions: "Tags you have used",
  addTag: (tag: string, tracks: number): string => `Add ${tag}, which ${counted(tracks, "track has", "tracks have")}`,
};
