/** All that is held of whoever looks, as one file to keep. */

import { counted } from "$/i18n/counting";

export const exporting = {
  lead: "All that this service holds of you, as one file to keep: documents that any program can read, your stems and covers, and an index to begin with. It is prepared for you, which takes some minutes.",
  lasting: (days: string): string => `It can be downloaded for ${days}. Whoever has the file has your data.`,
  days: (count: number): string => counted(count, "day", "days"),
  hours: (count: number): string => counted(count, "hour", "hours"),
  ask: "Prepare an export",
  another: "Prepare another",
  anotherHint: "Another one takes the place of this one as soon as it is ready.",
  none: "You have asked for none yet.",
  asked: (moment: string): string => `Asked for ${moment}`,
  soFar: (files: number, size: string): string => `${counted(files, "file", "files")}, ${size} so far`,
  preparing: "Being prepared. You can close this page meanwhile.",
  progress: "Preparing the export",
  ready: (size: string, until: string): string => `${size}, until ${until}`,
  download: "Download",
  downloadOf: (moment: string): string => `Download the export that was asked for ${moment}`,
  expired: "Not here any more: its time is over, or a newer one took its place.",
  ended: {
    deleted: "Ended: something in it was deleted since. Prepare another.",
    away: "Ended: a part of this service could not be asked for a day. Prepare another later.",
    unknown: "Ended before it was complete. Prepare another.",
  },
  unclear: "How far it is cannot be said right now. Look again later.",
  breaking: (address: string): string =>
    `What breaks off while it downloads goes on by itself in most browsers, for as long as this page is open. Where yours does not go on, \`stripsession privacy export --server ${address}\` does.`,
  states: { preparing: "being prepared", ready: "ready", expired: "expired", ended: "ended", unspecified: "" },
};
