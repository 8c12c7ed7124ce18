/**
 * What a worker remarked on while it separated a song, by its word for it (services/gateway/api/remarks.py). A word that is not here
 * is told as the server tells it.
 */

import { plural } from "$/i18n/counting";
import type { Remark, Remarked } from "$/i18n/remarking";

const clipped = ({ count, counted }: Remarked): string =>
  `${counted} ${plural(count, "sample was", "samples were")} louder than the file's format can hold, and clipped.`;

export const remarks = {
  CHANNELS_CHANGED: "The file changes its number of channels on the way.",
  CLIPPED: clipped,
  CLIPPED_RARELY: (told) => `${clipped(told)} In ${told.length} of music that is rarely heard.`,
  DAMAGE_SKIPPED: ({ count, counted }) =>
    `${counted} damaged ${plural(count, "piece", "pieces")} of the file left out.`,
  DOWNMIXED: ({ counted }) => `Mixed down to stereo from ${counted} channels.`,
  ENDS_EARLY: ({ missing }) => `The song ends ${missing} earlier than its file says.`,
  MODEL_VALUES_REPLACED: "The model gave values that had to be replaced.",
  NOT_NUMBERS_REPLACED: ({ count, counted }) =>
    `${counted} ${plural(count, "sample that was no number was", "samples that were no numbers were")} replaced.`,
  PICTURES_IGNORED: ({ count, counted }) => `${counted} ${plural(count, "picture", "pictures")} in the file left out.`,
  TRACKS_IGNORED: ({ count, counted }) =>
    `The file's first audio track was taken, and ${counted} ${plural(count, "other was", "others were")} left out.`,
  VIDEO_IGNORED: ({ count, counted }) => `${counted} video ${plural(count, "track", "tracks")} in the file left out.`,
} satisfies Record<string, Remark>;
