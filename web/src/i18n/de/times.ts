import { plural } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const times: Messages["times"] = {
  aboutASecond: "etwa eine Sekunde",
  aboutSeconds: (seconds) => `etwa ${seconds} Sekunden`,
  aboutMinutes: (minutes) => `etwa ${minutes} Minuten`,
  aboutHours: (hours) => `etwa ${hours} ${plural(hours, "Stunde", "Stunden")}`,
  minutesLeft: (minutes) => `${minutes} Min. übrig`,
  underAMinuteLeft: "unter 1 Min. übrig",
};
