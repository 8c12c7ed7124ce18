import { plural } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";
import type { Remarked } from "$/i18n/remarking";

const clipped = ({ count, counted }: Remarked): string =>
  `${counted} ${plural(count, "Abtastwert war", "Abtastwerte waren")} lauter, als das Format der Datei fasst, und ${plural(count, "wurde", "wurden")} abgeschnitten.`;

export const remarks: Messages["remarks"] = {
  CHANNELS_CHANGED: "Die Datei wechselt unterwegs die Zahl ihrer Kanäle.",
  CLIPPED: clipped,
  CLIPPED_RARELY: (told) => `${clipped(told)} In ${told.length} Musik hört man das selten.`,
  DAMAGE_SKIPPED: ({ count, counted }) =>
    `${counted} ${plural(count, "beschädigtes Stück", "beschädigte Stücke")} der Datei ausgelassen.`,
  DOWNMIXED: ({ counted }) => `Von ${counted} Kanälen auf Stereo abgemischt.`,
  ENDS_EARLY: ({ missing }) => `Der Song endet ${missing} früher, als seine Datei angibt.`,
  MODEL_VALUES_REPLACED: "Das Modell gab Werte aus, die ersetzt werden mussten.",
  NOT_NUMBERS_REPLACED: ({ count, counted }) =>
    `${counted} ${plural(count, "Abtastwert, der keine Zahl war, wurde", "Abtastwerte, die keine Zahlen waren, wurden")} ersetzt.`,
  PICTURES_IGNORED: ({ count, counted }) => `${counted} ${plural(count, "Bild", "Bilder")} in der Datei ausgelassen.`,
  TRACKS_IGNORED: ({ counted }) => `Die erste Tonspur der Datei wurde genommen, ${counted} weitere ausgelassen.`,
  VIDEO_IGNORED: ({ count, counted }) =>
    `${counted} ${plural(count, "Videospur", "Videospuren")} in der Datei ausgelassen.`,
};
