/** Times and sizes in words. */

import { plural } from "$/i18n/counting";

const MONTHS = "January February March April May June July August September October November December".split(" ");

export const times = {
  aboutASecond: "about a second",
  aboutSeconds: (seconds: number): string => `about ${seconds} seconds`,
  aboutMinutes: (minutes: number): string => `about ${minutes} minutes`,
  aboutHours: (hours: number): string => `about ${hours} ${plural(hours, "hour", "hours")}`,
  minutesLeft: (minutes: string): string => `${minutes} min left`,
  /** Written here and not by Intl, whose calendars take a slow phone longer to open than the rest of the view. */
  dayAndMonth: (day: Date): string => `${MONTHS[day.getMonth()]} ${day.getDate()}`,
  underAMinuteLeft: "under 1 min left",
};
