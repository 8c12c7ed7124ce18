"""The words of every mail, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.domain.mail import Occasion

WORDS: Mapping[str, Mapping[Occasion, tuple[str, str]]] = {
    "en": {
        Occasion.CONFIRM_SIGN_UP: (
            "Confirm your StripSession account",
            (
                "Somebody, hopefully you, asked for a StripSession account with this address. Open this link,"
                " enter the password that you chose and press the button there:\n\n{link}\n\n"
                "It works once, and not for long. If it was not you, do nothing: without this link there is no account."
            ),
        ),
        Occasion.ADDRESS_TAKEN: (
            "This address belongs to a StripSession account",
            (
                "Somebody, perhaps you, asked for a StripSession account with this address, and it belongs to one"
                " already. Nothing was changed. If it is the account's address now, sign in here, or choose a new"
                " password there:\n\n{home}\n\n"
                "If the account has had another address for less than seven days, it signs in with that one, and this"
                " one is kept for whoever had it: an earlier mail has the link that brings it back. If it was not you,"
                " do nothing: whoever it was did not learn that there is an account."
            ),
        ),
        Occasion.VERIFY: (
            "Confirm your e-mail address",
            (
                "Open this link and press the button there to confirm that this is the address of your StripSession"
                " account:\n\n{link}"
            ),
        ),
        Occasion.RESET: (
            "Choose a new password",
            (
                "Somebody, hopefully you, asked for a new password of the StripSession account with this address. Open"
                " this link to choose one:\n\n{link}\n\nIt works once, and not for long. "
                "That signs out everywhere, ends passkeys and API keys, turns webhooks off, and disconnects providers"
                " such as Google. If it was not you, do nothing: your password stays as it is."
            ),
        ),
        Occasion.RESET_UNKNOWN: (
            "No StripSession account with this address",
            (
                "Somebody, perhaps you, asked for a new password with this address, and there is no StripSession"
                " account with it. Perhaps you signed up with another one:\n\n{home}"
            ),
        ),
        Occasion.RESET_ELSEWHERE: (
            "You sign in to StripSession elsewhere",
            (
                "Somebody, perhaps you, asked for a new password of the StripSession account with this address. It has"
                " none here: you sign in with another provider, and change your password there. Nothing was"
                " changed:\n\n{home}"
            ),
        ),
        Occasion.FACTOR_SET: (
            "Your account asks for a code now",
            (
                "Signing in to your StripSession account takes a code of your authenticator from now on. Keep the"
                " recovery codes where you find them without it. If it was not you, choose a new password at once, and"
                " write to whoever runs this server:\n\n{home}"
            ),
        ),
        Occasion.FACTOR_REMOVED: (
            "Your account asks for no code any more",
            (
                "Signing in to your StripSession account takes the password alone again. If it was not you, choose a"
                " new password at once, and set the second step up anew:\n\n{home}"
            ),
        ),
        Occasion.RECOVERY_CODE_USED: (
            "A recovery code was used",
            (
                "Somebody, hopefully you, showed a recovery code of your StripSession account, which works no more. If"
                " it was not you, choose a new password at once, and make new recovery codes:\n\n{home}"
            ),
        ),
        Occasion.RECOVERY_CODES_MADE: (
            "You have new recovery codes",
            (
                "New recovery codes were made for your StripSession account, and those of before work no more. If it"
                " was not you, choose a new password at once, and make new recovery codes:\n\n{home}"
            ),
        ),
        Occasion.CODES_GUESSED: (
            "Somebody enters wrong codes for your account",
            (
                "Wrong codes were entered for your StripSession account, five or more in a row. Whoever gets that far"
                " knows your password, or has a page on which you are signed in. If it was not you, choose another"
                " password at once; that signs out everywhere else. While codes of your authenticator have to wait, a"
                " recovery code signs you in:\n\n{home}"
            ),
        ),
        Occasion.EMAIL_CHANGE: (
            "Confirm your new e-mail address",
            (
                "Open this link and press the button there to make this the address of your StripSession"
                " account:\n\n{link}\n\nIt works once, and not for long. If it was not you, do nothing: without that"
                " button nothing changes."
            ),
        ),
        Occasion.EMAIL_CHANGE_TAKEN: (
            "This address belongs to a StripSession account",
            (
                "Somebody, perhaps you, wanted to make this the address of another StripSession account, and it belongs"
                " to one already, or did so less than seven days ago and is kept for whoever had it. Nothing was"
                " changed:\n\n{home}\n\n"
                "If it was not you, do nothing: whoever it was did not learn that there is an account."
            ),
        ),
        Occasion.EMAIL_CHANGED: (
            "Your account has another e-mail address",
            (
                "Your StripSession account has another e-mail address now, and this one is no more of use there. If it"
                " was not you, open this link within seven days and press the button there. That brings this address"
                " back, signs out everywhere, takes the password, passkeys and API keys away, turns webhooks off, and"
                " disconnects providers such as Google; then choose a new password by mail:\n\n{link}"
            ),
        ),
        Occasion.PASSWORD_CHANGED: (
            "Your password was changed",
            (
                "The password of your StripSession account was changed, and whoever was signed in elsewhere is"
                " signed out. If it was not you, choose a new password at once:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_ADDED: (
            "A passkey was added to your account",
            (
                "A passkey was added to your StripSession account. Whoever holds it can sign in without your password."
                " If it was not you, remove it in your account, under Security, and choose a new"
                " password:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_REMOVED: (
            "A passkey was removed from your account",
            (
                "A passkey was removed from your StripSession account and opens nothing any more. If it was not you,"
                " choose a new password at once:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_COPIED: (
            "A sign-in with one of your passkeys was refused",
            (
                "Somebody tried to sign in to your StripSession account with a passkey of yours that seems to be"
                " copied: it told of fewer uses than before. It was refused. If you do not know why, remove that"
                " passkey in your account, under Security, and add a new one:\n\n{home}"
            ),
        ),
        Occasion.PROVIDER_CONNECTED: (
            "Your account was connected to a provider",
            (
                "Your StripSession account was connected to an account at another provider, which signs in here from"
                " now on. If it was not you, take the connection away in your account, under Security, and choose a"
                " new password:\n\n{home}"
            ),
        ),
        Occasion.PROVIDER_DISCONNECTED: (
            "A provider was taken away from your account",
            (
                "A connection of your StripSession account to another provider was taken away, and signs in no more."
                " If it was not you, choose a new password at once:\n\n{home}"
            ),
        ),
        Occasion.WEBHOOK_GIVEN_UP: (
            "A webhook of yours was turned off",
            (
                "A webhook of your StripSession account took no messages, and nothing is sent there any more. Your"
                " account tells under Webhooks which one it is, and its log what was wrong. Turn it on again there once"
                " its server works; songs of the time in between are not told of later:\n\n{home}"
            ),
        ),
    },
    "de": {
        Occasion.CONFIRM_SIGN_UP: (
            "Bestätige dein Konto bei StripSession",
            (
                "Jemand, hoffentlich du, möchte ein Konto bei StripSession mit dieser Adresse. Öffne diesen"
                " Link, gib das Passwort ein, das du gewählt hast, und drück dort auf den Knopf:\n\n{link}\n\n"
                "Er gilt einmal und nicht lange. Warst du es nicht, dann tu nichts: Ohne diesen Link entsteht kein"
                " Konto."
            ),
        ),
        Occasion.ADDRESS_TAKEN: (
            "Diese Adresse gehört zu einem Konto bei StripSession",
            (
                "Jemand, vielleicht du, möchte ein Konto bei StripSession mit dieser Adresse, die schon zu einem"
                " gehört. Es wurde nichts geändert. Ist sie jetzt die Adresse des Kontos, dann kannst du dich hier"
                " anmelden oder ein neues Passwort wählen:\n\n{home}\n\n"
                "Hat das Konto seit weniger als sieben Tagen eine andere Adresse, dann meldet diese dort an, und die"
                " bisherige bleibt für den aufgehoben, der sie hatte: In einer früheren Mail steht der Link, der sie"
                " zurückbringt. Warst du es nicht, dann tu nichts: Wer es war, hat nicht erfahren, dass es ein Konto"
                " gibt."
            ),
        ),
        Occasion.VERIFY: (
            "Bestätige deine E-Mail-Adresse",
            (
                "Öffne diesen Link und drück dort auf den Knopf, um zu bestätigen, dass dies die Adresse deines Kontos"
                " bei StripSession ist:\n\n{link}"
            ),
        ),
        Occasion.RESET: (
            "Wähle ein neues Passwort",
            (
                "Jemand, hoffentlich du, möchte ein neues Passwort für das Konto bei StripSession mit dieser Adresse."
                " Öffne diesen Link, um eines zu wählen:\n\n{link}\n\nEr gilt einmal und nicht lange. "
                "Das meldet überall ab, beendet Passkeys und API-Schlüssel, schaltet Webhooks aus und trennt Anbieter"
                " wie Google. Warst du es nicht, dann tu nichts: Dein Passwort bleibt, wie es ist."
            ),
        ),
        Occasion.RESET_UNKNOWN: (
            "Kein Konto bei StripSession mit dieser Adresse",
            (
                "Jemand, vielleicht du, möchte ein neues Passwort mit dieser Adresse, und es gibt kein Konto bei"
                " StripSession mit ihr. Vielleicht hast du dich mit einer anderen angemeldet:\n\n{home}"
            ),
        ),
        Occasion.RESET_ELSEWHERE: (
            "Du meldest dich bei StripSession anderswo an",
            (
                "Jemand, vielleicht du, möchte ein neues Passwort für das Konto bei StripSession mit dieser Adresse. Es"
                " hat hier keines: Du meldest dich über einen anderen Anbieter an und änderst dein Passwort dort. Es"
                " wurde nichts geändert:\n\n{home}"
            ),
        ),
        Occasion.FACTOR_SET: (
            "Dein Konto verlangt jetzt einen Code",
            (
                "Wer sich bei deinem Konto bei StripSession anmeldet, braucht ab jetzt einen Code aus deiner"
                " Authenticator-App. Bewahre die Wiederherstellungscodes dort auf, wo du sie ohne die App findest."
                " Warst du es nicht, dann wähle sofort ein neues Passwort und schreib an den Betreiber dieses"
                " Servers:\n\n{home}"
            ),
        ),
        Occasion.FACTOR_REMOVED: (
            "Dein Konto verlangt keinen Code mehr",
            (
                "Für dein Konto bei StripSession genügt wieder das Passwort. Warst du es nicht, dann wähle sofort ein"
                " neues Passwort und richte den zweiten Schritt neu ein:\n\n{home}"
            ),
        ),
        Occasion.RECOVERY_CODE_USED: (
            "Ein Wiederherstellungscode wurde benutzt",
            (
                "Jemand, hoffentlich du, hat einen Wiederherstellungscode deines Kontos bei StripSession benutzt; er"
                " gilt nicht mehr. Warst du es nicht, dann wähle sofort ein neues Passwort und neue"
                " Wiederherstellungscodes:\n\n{home}"
            ),
        ),
        Occasion.RECOVERY_CODES_MADE: (
            "Du hast neue Wiederherstellungscodes",
            (
                "Für dein Konto bei StripSession wurden neue Wiederherstellungscodes erstellt; die bisherigen gelten"
                " nicht mehr. Warst du es nicht, dann wähle sofort ein neues Passwort und erstelle neue"
                " Wiederherstellungscodes:\n\n{home}"
            ),
        ),
        Occasion.CODES_GUESSED: (
            "Jemand gibt falsche Codes für dein Konto ein",
            (
                "Für dein Konto bei StripSession wurden fünf oder mehr falsche Codes nacheinander eingegeben. Wer so"
                " weit kommt, kennt dein Passwort oder hat eine Seite, auf der du angemeldet bist. Warst du es nicht,"
                " dann wähle sofort ein anderes Passwort; das meldet überall sonst ab. Solange Codes deiner"
                " Authenticator-App warten müssen, meldet dich ein Wiederherstellungscode an:\n\n{home}"
            ),
        ),
        Occasion.EMAIL_CHANGE: (
            "Bestätige deine neue E-Mail-Adresse",
            (
                "Öffne diesen Link und drück dort auf den Knopf, damit dies die Adresse deines Kontos bei StripSession"
                " wird:\n\n{link}\n\nEr gilt einmal und nicht lange. Warst du es nicht, dann tu nichts: Ohne diesen"
                " Knopf ändert sich nichts."
            ),
        ),
        Occasion.EMAIL_CHANGE_TAKEN: (
            "Diese Adresse gehört zu einem Konto bei StripSession",
            (
                "Jemand, vielleicht du, wollte diese Adresse für ein anderes Konto bei StripSession. Sie gehört schon"
                " zu einem, oder tat das vor weniger als sieben Tagen und bleibt für den aufgehoben, der sie hatte. Es"
                " wurde nichts geändert:\n\n{home}\n\n"
                "Warst du es nicht, dann tu nichts: Wer es war, hat nicht erfahren, dass es ein Konto gibt."
            ),
        ),
        Occasion.EMAIL_CHANGED: (
            "Dein Konto hat eine andere E-Mail-Adresse",
            (
                "Dein Konto bei StripSession hat jetzt eine andere E-Mail-Adresse, und diese gilt dort nicht mehr."
                " Warst du es nicht, dann öffne innerhalb von sieben Tagen diesen Link und drück dort auf den Knopf."
                " Das bringt diese Adresse zurück, meldet überall ab, nimmt Passwort, Passkeys und API-Schlüssel weg,"
                " schaltet Webhooks aus und trennt Anbieter wie Google; wähle danach per Mail ein neues"
                " Passwort:\n\n{link}"
            ),
        ),
        Occasion.PASSWORD_CHANGED: (
            "Dein Passwort wurde geändert",
            (
                "Das Passwort deines Kontos bei StripSession wurde geändert, und wer anderswo angemeldet war,"
                " ist abgemeldet. Warst du es nicht, dann wähle sofort ein neues:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_ADDED: (
            "Deinem Konto wurde ein Passkey hinzugefügt",
            (
                "Deinem Konto bei StripSession wurde ein Passkey hinzugefügt. Wer ihn hat, kann sich ohne dein Passwort"
                " anmelden. Warst du es nicht, dann entferne ihn in deinem Konto unter Sicherheit und wähle ein neues"
                " Passwort:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_REMOVED: (
            "Aus deinem Konto wurde ein Passkey entfernt",
            (
                "Aus deinem Konto bei StripSession wurde ein Passkey entfernt; er öffnet nichts mehr. Warst du es"
                " nicht, dann wähle sofort ein neues Passwort:\n\n{home}"
            ),
        ),
        Occasion.PASSKEY_COPIED: (
            "Eine Anmeldung mit einem deiner Passkeys wurde abgewiesen",
            (
                "Jemand wollte sich bei deinem Konto von StripSession mit einem deiner Passkeys anmelden, der kopiert"
                " zu sein scheint: Er meldete weniger Anmeldungen als zuvor. Er wurde abgewiesen. Kannst du dir das"
                " nicht erklären, dann entferne diesen Passkey in deinem Konto unter Sicherheit und füge einen neuen"
                " hinzu:\n\n{home}"
            ),
        ),
        Occasion.PROVIDER_CONNECTED: (
            "Dein Konto wurde mit einem Anbieter verbunden",
            (
                "Dein Konto bei StripSession wurde mit einem Konto bei einem anderen Anbieter verbunden, das sich von"
                " jetzt an hier anmelden kann. Warst du es nicht, dann trenne die Verbindung in deinem Konto unter"
                " Sicherheit und wähle ein neues Passwort:\n\n{home}"
            ),
        ),
        Occasion.PROVIDER_DISCONNECTED: (
            "Ein Anbieter wurde von deinem Konto getrennt",
            (
                "Eine Verbindung deines Kontos bei StripSession zu einem anderen Anbieter wurde getrennt und meldet"
                " niemanden mehr an. Warst du es nicht, dann wähle sofort ein neues Passwort:\n\n{home}"
            ),
        ),
        Occasion.WEBHOOK_GIVEN_UP: (
            "Einer deiner Webhooks wurde ausgeschaltet",
            (
                "Ein Webhook deines Kontos bei StripSession nahm keine Nachrichten an, und es wird nichts mehr dorthin"
                " geschickt. In deinem Konto steht unter Webhooks, welcher es ist, und in seinem Protokoll, woran es"
                " lag. Schalte ihn dort wieder ein, sobald sein Server läuft; von Songs aus der Zwischenzeit erfährt er"
                " nichts mehr:\n\n{home}"
            ),
        ),
    },
}
"""Subject and text of each occasion, by language; {link} and {home} are addresses."""

STILL: Mapping[str, tuple[str, str, str, str]] = {
    "en": (
        "\n\nWithout the password these still work: {ways}. End in your account what is not yours.",
        *("passkeys ({})", "connected providers ({})", "API keys ({})"),
    ),
    "de": (
        "\n\nOhne das Passwort gelten weiterhin: {ways}. Beende in deinem Konto, was nicht von dir ist.",
        *("Passkeys ({})", "verbundene Anbieter ({})", "API-Schlüssel ({})"),
    ),
}
"""What is said of what works on without the password, and passkeys, providers and API keys as they are counted."""
