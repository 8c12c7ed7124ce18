import { plural } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

const MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(" ");

export const times: Messages["times"] = {
  aboutASecond: "etwa eine Sekunde",
  aboutSeconds: (seconds) => `etwa ${seconds} Sekunden`,
  aboutMinutes: (minutes) => `etwa ${minutes} Minuten`,
  aboutHours: (hours) => `etwa ${hours} ${plural(hours, "Stunde", "Stunden")}`,
  minutesLeft: (minutes) => `${minutes} Min. übrig`,
  dayAndMonth: (day) => `${day.getDate()}. ${MONTHS[day.getMonth()]}`,
  underAMinuteLeft: "unter 1 Min. übrig",
};
