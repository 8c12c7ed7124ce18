import { counted } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const exporting: Messages["exporting"] = {
  lead: "Alles, was dieser Dienst von dir aufbewahrt, als eine Datei zum Behalten: Dokumente, die jedes Programm lesen kann, deine Spuren und Cover, und ein Verzeichnis zum Anfangen. Sie wird für dich vorbereitet, das dauert einige Minuten.",
  lasting: (days) => `Du kannst sie ${days} lang herunterladen. Wer die Datei hat, hat deine Daten.`,
  days: (count) => counted(count, "Tag", "Tage"),
  hours: (count) => counted(count, "Stunde", "Stunden"),
  ask: "Export vorbereiten",
  another: "Noch einen vorbereiten",
  anotherHint: "Ein neuer tritt an die Stelle von diesem, sobald er fertig ist.",
  none: "Du hast noch keinen verlangt.",
  asked: (moment) => `Verlangt ${moment}`,
  soFar: (files, size) => `${counted(files, "Datei", "Dateien")}, bisher ${size}`,
  preparing: "Wird vorbereitet. Du kannst diese Seite inzwischen schließen.",
  progress: "Export wird vorbereitet",
  ready: (size, until) => `${size}, bis ${until}`,
  download: "Herunterladen",
  downloadOf: (moment) => `Den Export herunterladen, der ${moment} verlangt wurde`,
  expired: "Nicht mehr da: Seine Zeit ist um, oder ein neuerer trat an seine Stelle.",
  ended: {
    deleted: "Beendet: Etwas darin wurde seither gelöscht. Bereite einen neuen vor.",
    away: "Beendet: Ein Teil dieses Dienstes war einen Tag lang nicht zu erreichen. Bereite später einen neuen vor.",
    unknown: "Beendet, bevor er vollständig war. Bereite einen neuen vor.",
  },
  unclear: "Wie weit er ist, lässt sich gerade nicht sagen. Sieh später noch einmal nach.",
  breaking: (address) =>
    `Was beim Herunterladen abbricht, geht in den meisten Browsern von selbst weiter, solange diese Seite offen ist. Wo deiner nicht weitermacht, macht \`stripsession privacy export --server ${address}\` weiter.`,
  states: { preparing: "wird vorbereitet", ready: "fertig", expired: "abgelaufen", ended: "beendet", unspecified: "" },
};
