import type { Messages } from "$/i18n/i18n.svelte";

const counted = (count: number, one: string, other: string): string => (count === 1 ? one : other);

export const times: Messages["times"] = {
  aboutASecond: "etwa eine Sekunde",
  aboutSeconds: (seconds) => `etwa ${seconds} Sekunden`,
  aboutMinutes: (minutes) => `etwa ${minutes} Minuten`,
  aboutHours: (hours) => `etwa ${hours} ${counted(hours, "Stunde", "Stunden")}`,
  minutesLeft: (minutes) => `${minutes} Min. übrig`,
  underAMinuteLeft: "unter 1 Min. übrig",
};
