import type { Messages } from "$/i18n/i18n.svelte";

export const device: Messages["device"] = {
  title: "Ein Programm anmelden",
  lead: "Gib den Code ein, den das Programm zeigt.",
  code: "Code",
  codeHint: "Acht Buchstaben. Striche und Leerzeichen sind egal.",
  needCode: "Gib zuerst den Code ein.",
  look: "Weiter",
  asks: (email) => `Ein Programm will als ${email || "du"} angemeldet werden, mit allem, was du kannst.`,
  program: "Programm",
  from: "Fragt von",
  when: "Seit",
  warning:
    "Stimm nur zu, wenn du das gerade selbst begonnen hast und das Programm genau diesen Code zeigt. Niemand von hier bittet dich darum.",
  approve: "Anmelden",
  refuse: "Ablehnen",
  approved: "Das Programm ist angemeldet",
  approvedLead: "Es geht von selbst weiter. Du kannst diese Seite schließen.",
  refused: "Das Programm ist abgelehnt",
  refusedLead: "Ihm wurde es gesagt, und sein Code öffnet nichts.",
  home: "Zu deinen Songs",
};
