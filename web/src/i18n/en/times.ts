/** Times and sizes in words. */

import { plural } from "$/i18n/counting";

export const times = {
  aboutASecond: "about a second",
  aboutSeconds: (seconds: number): string => `about ${seconds} seconds`,
  aboutMinutes: (minutes: number): string => `about ${minutes} minutes`,
  aboutHours: (hours: number): string => `about ${hours} ${plural(hours, "hour", "hours")}`,
  minutesLeft: (minutes: string): string => `${minutes} min left`,
  underAMinuteLeft: "under 1 min left",
};
