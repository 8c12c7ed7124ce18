import { counted, plural } from "$/i18n/counting";
import type { Messages } from "$/i18n/i18n.svelte";

export const library: Messages["library"] = {
  title: "Deine Songs",
  list: "Songs",
  arrived: (title) => `${title} ist hochgeladen.`,

  drop: {
    call: "Zieh Songs hierher",
    choose: "Songs wählen",
    folder: "Ordner wählen",
    input: "Songs zum Hochladen",
    folderInput: "Ordner mit Songs zum Hochladen",
    hint: "FLAC, WAV, MP3, OGG, M4A und mehr. Uploads werden gelöscht, sobald die Spuren fertig sind.",
    model: "Trennen mit",
    over: "Loslassen zum Hochladen",
    leftOut: (count) =>
      count === 1
        ? "1 Datei ist keine Musik und wurde ausgelassen. Songs kommen als FLAC, WAV, MP3, OGG, M4A, AIFF oder WMA."
        : `${count} Dateien sind keine Musik und wurden ausgelassen. Songs kommen als FLAC, WAV, MP3, OGG, M4A, AIFF oder WMA.`,
    nothing: "Darin ist kein Song. Wähle Songs als FLAC, WAV, MP3, OGG, M4A, AIFF oder WMA.",
    unreadable: "Das lässt sich nicht lesen. Wähle die Songs einzeln.",
    someUnreadable: (count) =>
      `${counted(count, "Datei oder Ordner ließ", "Dateien oder Ordner ließen")} sich nicht lesen und ${plural(count, "wurde", "wurden")} ausgelassen.`,
    reading: (files) => (files ? `Der Ordner wird gelesen: bis jetzt ${files} Dateien …` : "Der Ordner wird gelesen …"),
    taken: (count) => `${counted(count, "Song wird", "Songs werden")} hochgeladen.`,
    seeTaken: "Uploads ansehen",
  },

  uploads: {
    title: "Uploads",
    of: (name) => `Upload von ${name}`,
    sum: (done, songs, percent) => `${done} von ${songs} hochgeladen · ${percent} %`,
    stoppedAll: (count) => `${count} Songs sind nicht angekommen.`,
    againAll: "Alle noch einmal",
    more: (count) => `${counted(count, "weiterer wartet", "weitere warten")}.`,
    showAll: "Alle zeigen",
    showFewer: "Weniger zeigen",
    cancelAll: "Alle Uploads abbrechen",
    cancel: "Abbrechen",
    cancelNamed: (name) => `Upload von ${name} abbrechen`,
    again: "Noch einmal",
    againNamed: (name) => `Noch einmal: ${name} hochladen`,
    remove: "Entfernen",
    removeNamed: (name) => `Entfernen: ${name}`,
    forget: "Vergessen",
    forgetNamed: (name) => `Vergessen: ${name}`,
    waiting: (place, size) =>
      place === 1 ? `Wartet, kommt als Nächster · ${size}` : `Wartet an Stelle ${place} · ${size}`,
    sending: (percent, size) => `Lädt hoch: ${percent} % von ${size}`,
    serverAway: (percent) => `Wartet bei ${percent} % auf den Server. Es geht von selbst weiter.`,
    serverAwaySent: "Alles ist gesendet. Wartet auf den Server; es geht von selbst weiter.",
    checking: "Der Song wird geprüft …",
    stopped: (percent, why) => `Angehalten bei ${percent} %. ${why}`,
    interrupted: "Unterbrochen, bevor es losging.",
    interruptedAt: (percent) => `Unterbrochen bei ${percent} %.`,
    giveAgain: "Wähle dieselbe Datei noch einmal oder zieh sie hierher, dann geht es weiter.",
    interruptedAll: (count) =>
      `${counted(count, "Song wurde", "Songs wurden")} unterbrochen, als diese Seite verlassen wurde.`,
    goOn: "Weitermachen",
    chooseAgain: "Dateien noch einmal wählen",
    forgetAll: "Vergessen",
    moreInterrupted: (count) => `${counted(count, "weiterer wurde", "weitere wurden")} unterbrochen.`,
    empty: "Diese Datei ist leer. Wähle eine andere.",
    unreadable: "Diese Datei wurde beim Senden verschoben oder verändert. Wähle sie noch einmal, dann geht es weiter.",
    elsewhere: "Ein anderer Tab lädt diese Datei gerade hoch. Lass ihn fertig werden.",
  },

  tools: {
    label: "Songs finden",
    search: "Suche",
    searchHint: "Titel oder Interpret",
    clear: "Suche leeren",
    sort: "Reihenfolge",
    sorts: { newest: "Neueste zuerst", title: "Nach Titel", artist: "Nach Interpret", length: "Kürzeste zuerst" },
    tag: "Schlagwort",
    everyTag: "Alle Schlagwörter",
    found: (count) => `${counted(count, "Song", "Songs")} gefunden`,
  },

  states: {
    loading: "Deine Songs werden geladen …",
    emptyTitle: "Noch keine Songs",
    empty: "Hier erscheint dein erster Song. Es braucht drei Schritte:",
    steps: [
      "Lade einen Song hoch, oder gleich ein ganzes Album.",
      "Drück auf „Abspielen“, sobald die ersten Sekunden getrennt sind; der Rest kommt, während du hörst.",
      "Üb, misch und lade die Spuren herunter: zusammen ergeben sie deinen Song, Sample für Sample.",
    ],
    noneTitle: "Kein Song passt",
    none: "Kein Titel und kein Interpret enthält diese Wörter. Nimm weniger Wörter, oder sieh alle Songs an.",
    showAll: "Alle Songs zeigen",
    failedTitle: "Deine Songs kamen nicht an",
    offlineTitle: "Du bist offline",
    offline: "Deine Songs sind wieder da, sobald die Verbindung zurück ist. Songs, die du jetzt gibst, warten darauf.",
    moreFailed: (why) => `Weitere Songs kamen nicht an. ${why}`,
  },

  row: {
    open: (title) => `${title} öffnen`,
    download: (title) => `${title} herunterladen`,
    notReady: "Dateien gibt es, sobald alle Spuren fertig sind.",
    notMade: "Es gibt nichts herunterzuladen: Dieser Song wurde nicht zu Ende getrennt.",
    cancel: "Abbrechen",
    cancelNamed: (title) => `Abbrechen: ${title}`,
    retry: "Noch einmal",
    retryNamed: (title) => `Noch einmal: ${title}`,
    menu: (title) => `Mehr zu ${title}`,
    edit: "Bearbeiten",
    editNamed: (title) => `Bearbeiten: ${title}`,
    reason: "Grund zeigen",
    reasonNamed: (title) => `Grund zeigen: ${title}`,
    keep: "Auf diesem Gerät behalten",
    keepNamed: (title) => `Auf diesem Gerät behalten: ${title}`,
    release: "Von diesem Gerät nehmen",
    releaseNamed: (title) => `Von diesem Gerät nehmen: ${title}`,
    kept: "Auf diesem Gerät",
    noRoom: (title) =>
      `Für „${title}“ ist auf diesem Gerät kein Platz. Nimm einen anderen Song herunter oder schaff Platz, dann versuch es noch einmal.`,
    keeping: (percent) => `Wird geholt: ${percent} %`,
    delete: "Löschen",
    deleteNamed: (title) => `Löschen: ${title}`,
    progress: (title) => `Trennung von ${title}`,
    added: "Hinzugefügt",
    tempo: (bpm) => `${bpm} BPM`,
    length: "Länge",
    key: "Tonart",
    tags: "Schlagwörter",
    moreTags: (count) => `+${count}`,
    moreTagsNamed: (tags) => `und ${tags}`,
  },

  status: {
    failed: (why) =>
      why ? `Fehlgeschlagen. ${why} Nichts wurde berechnet.` : "Fehlgeschlagen. Nichts wurde berechnet.",
    cancelled: "Abgebrochen. Nichts wurde berechnet.",
    cancelledGone: "Abgebrochen. Nichts wurde berechnet. Lade den Song noch einmal hoch, um ihn zu trennen.",
    checking: "Der Song wird geprüft …",
    ahead: (count) => `Wartet: ${counted(count, "Song ist", "Songs sind")} vor deinem dran`,
    turn: "Wartet, bis er dran ist",
    starting: "Beginnt …",
    separating: (percent) => `Wird getrennt: ${percent} %`,
    left: (time) => `noch ${time}`,
    playable: (time) => `spielbar bis ${time}`,
  },

  reason: {
    title: "Woran es lag",
    charged: "Nichts wurde berechnet.",
    canRetry: "Ein neuer Versuch kann helfen.",
    cannotRetry:
      "Ein neuer Versuch würde wieder fehlschlagen. Lade den Song in einem anderen Format hoch, oder eine andere Aufnahme davon.",
  },

  edit: {
    title: "Song bearbeiten",
    name: "Titel",
    artist: "Interpret",
    tags: "Schlagwörter",
    tagsHint: "Mit Kommas getrennt, zum Beispiel: üben, langsam, in D",
    tooManyTags: (most) => `Ein Song nimmt ${most} Schlagwörter. Nimm ein paar weg.`,
    tagTooLong: (tag, most) => `„${tag}“ ist zu lang: ein Schlagwort hat höchstens ${most} Zeichen.`,
    save: "Speichern",
    needsTitle: "Gib dem Song einen Titel.",
    saved: (title) => `${title} ist gespeichert.`,
  },

  facts: {
    model: "Modell",
    upload: "Upload",
    uploadHeld: (moment) =>
      `Noch gespeichert, versiegelt. Er wird gelöscht, wenn die Spuren fertig sind, spätestens am ${moment}.`,
    uploadErased: (moment) => `Gelöscht am ${moment}`,
    uploadGone: "Nicht mehr gespeichert",
  },

  deletion: {
    pending: (title, life_s, keys) =>
      `„${title}“ ist aus der Liste. ${life_s} Sekunden lang kannst du das zurücknehmen${keys && ` (${keys})`}, solange du auf dieser Seite bleibst; dann werden der Song und seine Spuren sofort und endgültig gelöscht.`,
    undone: (title) => `${title} ist wieder da.`,
    erased: (title) => `Gelöscht: „${title}“ und alle Spuren.`,
    receipt: (title, moment) => `Gelöscht: „${title}“ und alle Spuren. Der Upload wurde am ${moment} gelöscht.`,
    receipts: "Beleg zeigen",
    postponed: (title) =>
      `„${title}“ ist noch nicht gelöscht: Der Server ist nicht erreichbar. Es geschieht, sobald er wieder da ist.`,
    failed: (title, why) => `„${title}“ wurde nicht gelöscht und steht wieder in der Liste. ${why}`,
  },

  usage: {
    label: "Minuten",
    planLabel: "Tarif:",
    used: (used, all) => `${used} von ${all} Min. verbraucht`,
    none: (moment) => `Bis ${moment} sind keine Minuten mehr übrig.`,
    renews: (moment) => `Neue Minuten am ${moment}`,
    plan: "Tarife ansehen",
  },
};
