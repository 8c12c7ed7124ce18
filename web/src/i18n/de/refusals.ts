import type { Messages } from "$/i18n/i18n.svelte";

const again = "Versuch es gleich noch einmal.";
const audio = "Wähle einen Song als FLAC, WAV, MP3, OGG, M4A, AIFF oder WMA.";
const reload = "Lade die Seite neu und versuch es noch einmal.";
const uploadAgain = "Lade den Song noch einmal hoch.";

const ownWords = "Nimm mehrere Wörter, die nur du so aneinanderreihen würdest.";
const weaknesses: Readonly<Record<string, string>> = {
  short: "Ein Passwort hat mindestens 8 Zeichen.",
  long: "Ein Passwort hat höchstens 256 Zeichen.",
  regular: `Dieses Passwort wiederholt sich oder zählt nur weiter. ${ownWords}`,
  personal: "Neben deiner Adresse und dem Namen StripSession braucht ein Passwort 8 eigene Zeichen.",
  known: `Dieses Passwort wird beim Raten versucht: Es wurde anderswo gestohlen oder folgt einem üblichen Muster. ${ownWords}`,
};

export const refusals: Messages["refusals"] = {
  ACCOUNT_NOT_FOUND: "Dieses Konto gibt es nicht mehr. Melde dich mit einem anderen an.",
  AGE_NOT_CONFIRMED: `Ein Konto ist für Menschen ab 13. Sag, dass du es bist: Die Seite fragt einmal. ${reload}`,
  API_KEY_LIFE_INVALID: "Ein Schlüssel gilt 1 bis 366 Tage oder bis er widerrufen wird.",
  API_KEY_NAME_INVALID: "Gib dem Schlüssel einen sichtbaren Namen mit höchstens 100 Zeichen.",
  API_KEY_NOT_FOUND: "Diesen Schlüssel gibt es nicht mehr.",
  BODY_CUT_OFF: `Die Verbindung brach ab. ${again}`,
  BODY_TOO_LARGE: "Das ist mehr, als der Server nimmt. Schick weniger davon.",
  BODY_TOO_SLOW: "Die Verbindung ist gerade zu langsam. Versuch es mit einer besseren noch einmal.",
  BUSY: `Gerade fragen zu viele zugleich. ${again}`,
  CHALLENGE_SPENT: "Diese Anmeldung dauerte zu lange oder ist abgeschlossen. Beginn noch einmal mit deinem Passwort.",
  CLOSING_BEGUN: "Das Konto wird schon gelöscht. Nichts nimmt das zurück.",
  CLOSING_NOT_FOUND: "Dieser Link führt nirgendwohin mehr. Der zuletzt gezeigte gilt.",
  CLOSING_WITHDRAWN: "Diese Schließung wurde inzwischen zurückgenommen. Verlange sie noch einmal.",
  CODE_SPENT: "Dieser Link wurde benutzt oder ist abgelaufen. Bitte um einen neuen.",
  CONNECTION_NOT_FOUND: "Das ist nicht mehr mit deinem Konto verbunden.",
  COVER_NOT_FOUND: "Dieser Song hat kein Cover.",
  COVER_TOO_LARGE: "Dieses Bild ist zu groß. Nimm eins mit höchstens 4096 Pixeln je Seite und 4 MiB.",
  COVER_UNREADABLE: "Der Server kann dieses Bild nicht lesen. Nimm ein JPEG, PNG oder WebP.",
  CROSS_SITE:
    "Der Server hielt das für die Anfrage einer fremden Seite. Öffne StripSession unter seiner eigenen Adresse und versuch es noch einmal.",
  DAMAGED:
    "Diese Datei ist beschädigt oder unvollständig. Exportiere sie noch einmal als WAV oder FLAC und lade sie dann hoch.",
  DEADLINE: `Der Server brauchte zu lange. ${again}`,
  DEPENDENCY_AWAY: `Ein Teil von StripSession ist gerade nicht da. ${again}`,
  DEPENDENCY_UNAVAILABLE: `Ein Teil von StripSession ist gerade nicht da. ${again}`,
  DEVICE_CODE_NOT_FOUND:
    "Dieser Code ist abgelaufen, schon beantwortet oder war nie da. Beginne neu in dem Programm, das ihn zeigt.",
  DISPLAY_NAME_TOO_LONG: "Dieser Name ist zu lang. Wähle einen mit höchstens 100 Zeichen.",
  DOWNLOAD_CHANGED: "Die Datei hat sich geändert, während sie gelesen wurde. Lade sie noch einmal herunter.",
  EMAIL_KEPT_ELSEWHERE: "Deine Adresse kommt von dort, wo du dich anmeldest. Ändere sie dort.",
  EMAIL_TAKEN: "Es gibt schon ein Konto mit dieser Adresse. Melde dich damit an oder nimm eine andere.",
  EXPORT_ENDED:
    "In diesem Export wurde seither etwas gelöscht, oder etwas war nicht zu bekommen. Bereite einen neuen vor.",
  EXPORT_EXPIRED: "Dieser Export ist zu alt, oder ein neuerer trat an seine Stelle. Bereite einen neuen vor.",
  EXPORT_NOT_FOUND: "Du hast keinen solchen Export.",
  EXPORT_NOT_READY: "Dieser Export wird noch vorbereitet. Warte, bis er fertig ist.",
  EXPORT_PART_AWAY: `Ein Teil von StripSession ist gerade nicht da. ${again}`,
  FORMAT_NOT_IN_PLAN: "Dein Tarif hat dieses Format nicht. Wähle ein anderes, oder nimm einen größeren Tarif.",
  GAVE_UP: "Der Song ließ sich in mehreren Versuchen nicht trennen.",
  IDEMPOTENCY_KEY_REUSED: `Das wurde für etwas anderes begonnen. ${reload}`,
  IDENTITY_TAKEN: "Das ist hier mit einem anderen Konto verbunden. Melde dich damit an und trenne es dort zuerst.",
  INTERNAL: "Bei uns ist etwas schiefgegangen. Versuch es später noch einmal.",
  INVALID_EMAIL: "Das ist keine E-Mail-Adresse. Prüfe sie auf Tippfehler.",
  INVALID_FIELD: "Eine der Angaben passt nicht. Ändere sie und versuch es noch einmal.",
  LAST_WAY_IN:
    "Sonst käme niemand mehr in dein Konto. Füge zuerst einen Passkey hinzu, wähle per Mail ein Passwort oder verbinde einen anderen Anbieter.",
  LINK_SPENT:
    "Dieser Link wurde schon benutzt oder ist abgelaufen. Einen neuen gibt dir, wer diesen Server betreibt. Bist du das selbst, dann hilft `stripsession link`.",
  MAIL_OFF:
    "Dieser Server verschickt keine Mail. Bitte, wer ihn betreibt, um einen Link zum Anmelden. Bist du das, dann gibt ihn `stripsession link`.",
  MINUTES_EXHAUSTED: ({ needed, left, renewed }) =>
    needed && left && renewed
      ? `Dieser Song braucht ${needed}, und dein Tarif hat noch ${left}. Neue Minuten kommen am ${renewed}.`
      : "Dein Tarif hat für diesen Song zu wenige Minuten übrig. Warte auf die neuen oder nimm einen größeren Tarif.",
  MIX_INVALID: `Diese Mischung lässt sich nicht machen. ${reload}`,
  MODEL_CHANGED: "Das Modell wurde ersetzt, bevor dieser Song fertig war. Versuch es noch einmal.",
  MODEL_NOT_IN_PLAN: "Dein Tarif hat dieses Modell nicht.",
  MODEL_UNKNOWN: "Ein solches Modell gibt es auf diesem Server nicht.",
  NOT_AUDIO: `Diese Datei ist keine Musik, die wir lesen können, oder sie ist leer. ${audio}`,
  NOT_FOUND: "Hier ist nichts. Vielleicht wurde es gelöscht.",
  NOT_READY: `StripSession startet oder endet gerade. ${again}`,
  NO_AUDIO_STREAM: `Diese Datei hat keinen Ton. ${audio}`,
  NOT_SUBSCRIBED: "Du hast kein Abo, das sich ändern ließe. Wähle zuerst einen Tarif.",
  OTHER_INTERVAL:
    "Ein kleinerer Tarif lässt sich nicht mit anderer Laufzeit bezahlen. Beende dein Abo und wähle den Tarif dann neu.",
  PAGE_TOKEN_INVALID: `Die Liste hat sich geändert. ${reload}`,
  PASSKEYS_OFF:
    "Auf diesem Server gibt es keine Passkeys, oder nicht für dich: Du meldest dich über jemand anderen an.",
  PASSKEY_NAME_INVALID: "Gib dem Passkey einen sichtbaren Namen von höchstens 100 Zeichen.",
  PASSKEY_NOT_FOUND: "Diesen Passkey gibt es nicht mehr.",
  PASSKEY_NOT_TAKEN: "Der Passkey wurde nicht angenommen oder kam zu spät. Versuch es noch einmal.",
  PASSKEY_REFUSED:
    "Dieser Passkey öffnet hier nichts, oder seine Antwort kam zu spät. Versuch es noch einmal oder nimm dein Passwort.",
  PASSWORD_MISSING: "Dieses Konto hat hier kein Passwort, das dafür nötig ist.",
  PAYMENTS_AWAY: `Der Zahlungsdienst ist gerade nicht zu erreichen. ${again}`,
  PAYMENTS_NOT_SET_UP: "Auf diesem Server ist keine Bezahlung eingerichtet; hier lässt sich nichts kaufen.",
  PAYMENT_DECLINED: "Deine Karte wurde abgelehnt. Wechsle die Karte und versuch es noch einmal.",
  PAYMENT_PENDING:
    "Dein Tarif wird gerade verlängert. Sobald das bezahlt ist, in ein paar Stunden, kannst du in einen größeren wechseln.",
  PLAN_WITHOUT_DEFAULT: "Dein Tarif hat kein Modell zum Trennen. Sag es dem, der diesen Server betreibt.",
  POLICY_NOT_IN_FORCE: "Diese Fassung der Erklärung gilt nicht. Lies, welche gilt.",
  POLICY_VERSION_NOT_FOUND: "Diese Fassung der Erklärung gibt es nicht.",
  RECEIPTS_UNSIGNED: "Diese Installation unterschreibt noch keine Belege.",
  RECEIPT_NOT_FOUND: "Du hast keinen unterschriebenen Beleg mit dieser Nummer.",
  PRICE_MISSING: "Dieses Angebot hat noch keinen Preis. Sag es dem, der diesen Server betreibt.",
  PROVIDER_ANSWER_REFUSED: "Was zurückkam, ist nicht glaubhaft, darum wurde niemand angemeldet. Beginne neu.",
  PROVIDER_AWAY:
    "Dieser Anbieter ist gerade nicht zu erreichen. Melde dich anders an oder versuch es später noch einmal.",
  PROVIDER_CONNECTED: "Ein anderes Konto dieses Anbieters ist schon verbunden. Trenne zuerst jenes.",
  PROVIDER_DENIED: "Die Anmeldung wurde abgebrochen. Beginne neu, wenn das ein Versehen war.",
  PROVIDER_EMAIL_TAKEN:
    "Mit dieser Adresse gibt es schon ein Konto. Melde dich dort an und verbinde den Anbieter in deinem Konto, unter Sicherheit.",
  PROVIDER_SIGN_IN_SPENT:
    "Diese Anmeldung wurde schon benutzt, ist abgelaufen oder begann in einem anderen Browser. Beginne neu.",
  PROVIDER_UNKNOWN: `So kann man sich hier nicht anmelden. ${reload}`,
  PROOF_NOT_TAKEN:
    "Zeig auf andere Weise, wer du bist: Was du zeigen kannst, hat sich geändert. Lade die Seite neu und versuch es noch einmal.",
  QUEUE_FULL: "Zu viele Songs warten. Deine Datei bleibt da: Versuch es in einer Weile noch einmal.",
  REPLY_ADDRESS_INVALID: "Gib eine E-Mail-Adresse an, an die die Antwort gehen kann.",
  REQUESTS_FULL:
    "Gerade warten zu viele Anfragen auf Antwort. Versuch es in einigen Tagen noch einmal, oder melde dich an und schick sie dort.",
  REQUEST_NOT_FOUND: "Es gibt keine solche Anfrage, oder sie ist seit mehr als 90 Tagen zu Ende.",
  REQUEST_TEXT_INVALID: "Schreib 1 bis 4000 Zeichen, ohne Steuerzeichen.",
  SCOPES_INVALID: "Wähle mindestens eines aus, das der Schlüssel darf.",
  SECOND_FACTOR_NOT_SET: "Es gibt keinen zweiten Schritt mehr. Lade die Seite neu.",
  SECOND_FACTOR_NOT_STARTED: "Das Einrichten wurde anderswo neu begonnen. Beginn es noch einmal.",
  SECOND_FACTOR_SET: "Es gibt schon einen zweiten Schritt. Lade die Seite neu.",
  SECRET_TOLD: "Das gibt es schon, und sein Geheimnis wurde damals gezeigt. Widerruf es und erstelle ein neues.",
  SEGMENT_NOT_FOUND: `Dieser Teil des Songs ist noch nicht fertig. ${again}`,
  SEPARATION_FAILED: "Der Song ließ sich nicht trennen. Versuch es noch einmal.",
  SEPARATION_UNAVAILABLE:
    "Gerade lassen sich keine Songs trennen. Deine Datei bleibt da: Versuch es gleich noch einmal.",
  SESSION_ENDED: "Deine Sitzung ist zu Ende. Melde dich wieder an.",
  SESSION_NOT_FOUND: "Diese Sitzung gibt es nicht mehr.",
  SHARE_LIFE_INVALID: "Ein Link gilt mindestens eine Stunde und höchstens 90 Tage.",
  SHARE_NOT_FOUND: "Dieser Link ist zu Ende. Bitte den, der ihn geschickt hat, um einen neuen.",
  SHARE_VIEW_INVALID: "Diese Mischung ist zu groß für einen Link. Setz die Mischung zurück und erstelle dann den Link.",
  SIGNATURE_INVALID: "Das kam nicht vom Zahlungsdienst.",
  STEM_NOT_FOUND: `Dieser Song hat keine solche Spur. ${reload}`,
  STEP_UP_REQUIRED:
    "Es wurde nichts getan. Dafür muss man gerade gezeigt haben, wer man ist: Versuch es noch einmal, oder melde dich ab und wieder an.",
  SUBSCRIBED_ALREADY: "Du hast schon ein Abo. Wechsle stattdessen seinen Tarif.",
  TAGS_INVALID: "Ein Song nimmt 20 Schlagwörter, jedes mit höchstens 40 Zeichen.",
  TITLE_EMPTY: "Gib dem Song einen Titel, den man sehen kann.",
  TOO_FAST: `Das war zu viel in kurzer Zeit. ${again}`,
  TOO_LONG: "Dieser Song ist länger, als dein Tarif erlaubt oder seine Datei angibt. Lade einen kürzeren hoch.",
  TOO_MANY_API_KEYS: "Du hast so viele Schlüssel, wie du haben darfst. Widerrufe zuerst einen davon.",
  TOO_MANY_AT_ONCE: `Es wird zu viel zugleich gefragt. ${again}`,
  TOO_MANY_CODES: "Es wurden zu viele falsche Codes eingegeben. Warte eine Weile mit dem nächsten.",
  TOO_MANY_MAILS: "Vorerst ging genug Mail hinaus. Such unter dem, was kam, oder versuch es später noch einmal.",
  TOO_MANY_PASSKEYS: "Du hast so viele Passkeys, wie du haben kannst. Entferne zuerst einen davon.",
  TOO_MANY_REQUESTS:
    "Fünf deiner Anfragen warten auf Antwort. Sobald eine davon beantwortet ist, kannst du die nächste schicken.",
  TOO_MANY_SHARES: "Dieser Song hat so viele Links, wie er haben darf. Widerrufe zuerst einen davon.",
  TOO_MANY_STREAMS: "StripSession ist in zu vielen Tabs offen. Schließ einen davon.",
  TOO_MANY_UPLOADS: "Zu viele Uploads sind offen. Beende zuerst einen oder brich ihn ab.",
  TOO_MANY_WEBHOOKS: "Du hast so viele Webhooks, wie du haben darfst. Entferne zuerst einen davon.",
  TOO_SHORT: "In dieser Datei ist gar kein Ton. Prüfe, ob sie spielt, und lade sie dann noch einmal hoch.",
  TRACK_NOT_FOUND: "Diesen Song gibt es nicht mehr.",
  TRACK_NOT_READY: "Dieser Song ist noch nicht fertig. Warte, bis alle Spuren da sind.",
  TRACK_NOT_RETRYABLE: "Nur ein Song, der fehlschlug oder abgebrochen wurde, lässt sich noch einmal trennen.",
  TRACK_NOT_SEPARATING: "Die Trennung ist schon zu Ende.",
  UNAUTHENTICATED: "Melde dich zuerst an.",
  UNKNOWN_FORMAT: "Diesen Download gibt es nicht. Wähle ein anderes Format.",
  UNKNOWN_OFFER: `Das gibt es nicht mehr. ${reload}`,
  UNREACHABLE: `Ein Teil von StripSession ist gerade nicht da. ${again}`,
  UNSUPPORTED_CHANNELS:
    "Diese Datei hat Kanäle in einer Anordnung, die wir nicht abmischen können. Lade sie in Mono oder Stereo hoch.",
  UNSUPPORTED_RATE: "Die Abtastrate dieser Datei passt nicht. Lade sie mit 4.000 bis 384.000 Hz hoch.",
  UPLOAD_DEADLINE: "Der Song wurde nach 24 Stunden gelöscht, bevor er getrennt werden konnte.",
  UPLOAD_EMPTY: "Diese Datei ist leer. Wähle eine andere.",
  UPLOAD_FRAGMENTED: `Die Datei kam in zu vielen kleinen Stücken an. ${uploadAgain}`,
  UPLOAD_GONE: `Die hochgeladene Datei ist gelöscht. ${uploadAgain}`,
  UPLOAD_INCOMPLETE: "Die Datei ist noch nicht ganz hochgeladen. Wähle sie noch einmal, dann geht es weiter.",
  UPLOAD_IN_USE: "Diese Datei wird gerade getrennt. Brich zuerst die Trennung ab.",
  UPLOAD_NOT_FOUND: `Diesen Upload gibt es nicht mehr. ${uploadAgain}`,
  UPLOAD_OFFSET_MISMATCH: `Der Upload hat seine Stelle verloren. ${again}`,
  UPLOAD_OVERRUN: "Die Datei hat sich beim Senden geändert. Wähle sie noch einmal.",
  UPLOAD_TOO_LARGE: ({ most }) =>
    most
      ? `Diese Datei ist zu groß: Höchstens ${most} werden genommen.`
      : "Diese Datei ist zu groß. Wähle eine kleinere.",
  WEAK_PASSWORD: ({ fault }) => weaknesses[fault ?? ""] ?? `Dieses Passwort lässt sich zu leicht raten. ${ownWords}`,
  WEBHOOK_DELIVERY_NOT_FOUND: "Diese Nachricht steht nicht mehr im Protokoll.",
  WEBHOOK_DISABLED: "Dieser Webhook ist aus. Schalte ihn zuerst ein.",
  WEBHOOK_EVENTS_INVALID: "Wähle mindestens eines aus, das er erfährt.",
  WEBHOOK_FULL: "Für diesen Webhook warten hundert Nachrichten oder mehr. Lass sie zuerst ankommen.",
  WEBHOOK_NOT_FOUND: "Diesen Webhook gibt es nicht mehr.",
  WEBHOOK_URL_NEEDED:
    "Jemand anders kann die Adresse dieses Webhooks geändert haben. Sieh sie dir an und schalte ihn noch einmal ein.",
  WEBHOOK_URL_INVALID:
    "Gib eine Adresse ein, die mit https:// beginnt und zu einem öffentlichen Server führt, ohne Passwort darin.",
  WRONG_ADDRESS: ({ address }) =>
    address
      ? `Unter diesem Namen ist StripSession nicht zu erreichen. Öffne ${address} stattdessen.`
      : "Unter diesem Namen ist StripSession nicht zu erreichen. Frag den, der es betreibt, nach seiner Adresse.",
  WRONG_CODE: "Der Code ist falsch oder wurde schon benutzt. Warte auf den nächsten.",
  WRONG_CREDENTIALS: "Die Adresse oder das Passwort stimmt nicht. Prüfe beides.",
  WRONG_PASSKEY:
    "Dieser Passkey wurde nicht angenommen, oder seine Antwort kam zu spät. Versuch es noch einmal, oder zeig auf andere Weise, dass du es bist.",
  WRONG_PASSWORD: "Das Passwort ist falsch. Sieh nach, ob du dich vertippt hast.",
};
