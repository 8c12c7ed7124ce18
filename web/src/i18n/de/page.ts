import type { Messages } from "$/i18n/i18n.svelte";

export const page: Messages["page"] = {
  brand: "StripSession",
  policy: "Datenschutzerklärung",
  skip: "Zum Inhalt springen",
  loading: "Lädt …",
  broken: "Auf dieser Seite ist etwas schiefgegangen. Lade sie neu und versuch es noch einmal.",
  offline: "Du bist offline. Was zu sehen ist, bleibt; der Rest geht weiter, sobald die Verbindung wieder da ist.",
  unreachable: "Der Server ist nicht erreichbar. Prüfe die Verbindung und versuch es noch einmal.",
  away: "Der Server ist gerade nicht da. Versuch es in einer Minute noch einmal.",
  refused: (status) => `Der Server hat das abgelehnt (${status}). Lade die Seite neu und versuch es noch einmal.`,
  notices: "Hinweise",
  dismiss: "Ausblenden",
  close: "Schließen",
  heldFor: (button) => `Das wird nur dieses eine Mal gezeigt. Bewahre es auf, dann wähle „${button}“.`,
  cancel: "Abbrechen",
  retry: "Noch einmal versuchen",
  undo: "Rückgängig",
  undoKeys: "Strg+Z",
  reload: "Seite neu laden",
  copy: "Kopieren",
  copied: "Kopiert.",
};
