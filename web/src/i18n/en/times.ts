/** Times and sizes in words. */

const counted = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const times = {
  aboutASecond: "about a second",
  aboutSeconds: (seconds: number): string => `about ${seconds} seconds`,
  aboutMinutes: (minutes: number): string => `about ${minutes} minutes`,
  aboutHours: (hours: number): string => `about ${hours} ${counted(hours, "hour", "hours")}`,
  minutesLeft: (minutes: string): string => `${minutes} min left`,
  underAMinuteLeft: "under 1 min left",
};
