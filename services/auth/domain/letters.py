"""What each mail says. A link's code stands behind the #, which no browser sends to a server."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.domain.mail import Occasion, spoken

_PATHS: Mapping[Occasion, str] = {
    Occasion.CONFIRM_SIGN_UP: "confirm",
    Occasion.VERIFY: "verify",
    Occasion.RESET: "reset",
}

_WORDS: Mapping[str, Mapping[Occasion, tuple[str, str]]] = {
    "en": {
        Occasion.CONFIRM_SIGN_UP: (
            "Confirm your StripSession account",
            (
                "Somebody, hopefully you, asked for a StripSession account with this address. Open this link"
                " and enter the password that you chose:\n\n{link}\n\nIt works once, and not for long. "
                "If it was not you, do nothing: without this link there is no account."
            ),
        ),
        Occasion.ADDRESS_TAKEN: (
            "You already have a StripSession account",
            (
                "Somebody, perhaps you, asked for a StripSession account with this address, which has one. Nothing was"
                " changed. Sign in here, or choose a new password there:\n\n{home}\n\n"
                "If it was not you, do nothing: whoever it was did not learn that you have an account."
            ),
        ),
        Occasion.VERIFY: (
            "Confirm your e-mail address",
            "Open this link to confirm that this is the address of your StripSession account:\n\n{link}",
        ),
        Occasion.RESET: (
            "Choose a new password",
            (
                "Somebody, hopefully you, asked for a new password of the StripSession account with this address. Open"
                " this link to choose one:\n\n{link}\n\nIt works once, and not for long. "
                "That signs out everywhere and ends passkeys and API keys. If it was not you, do nothing: your password"
                " stays as it is."
            ),
        ),
        Occasion.RESET_UNKNOWN: (
            "No StripSession account with this address",
            (
                "Somebody, perhaps you, asked for a new password with this address, and there is no StripSession"
                " account with it. Perhaps you signed up with another one:\n\n{home}"
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
    },
    "de": {
        Occasion.CONFIRM_SIGN_UP: (
            "Bestätige dein Konto bei StripSession",
            (
                "Jemand, hoffentlich du, möchte ein Konto bei StripSession mit dieser Adresse. Öffne diesen"
                " Link und gib das Passwort ein, das du gewählt hast:\n\n{link}\n\nEr gilt einmal und nicht lange. "
                "Warst du es nicht, dann tu nichts: Ohne diesen Link entsteht kein Konto."
            ),
        ),
        Occasion.ADDRESS_TAKEN: (
            "Du hast schon ein Konto bei StripSession",
            (
                "Jemand, vielleicht du, möchte ein Konto bei StripSession mit dieser Adresse, die schon eines hat. Es"
                " wurde nichts geändert. Hier kannst du dich anmelden oder ein neues Passwort wählen:\n\n{home}\n\n"
                "Warst du es nicht, dann tu nichts: Wer es war, hat nicht erfahren, dass du ein Konto hast."
            ),
        ),
        Occasion.VERIFY: (
            "Bestätige deine E-Mail-Adresse",
            (
                "Öffne diesen Link, um zu bestätigen, dass dies die Adresse deines Kontos bei"
                " StripSession ist:\n\n{link}"
            ),
        ),
        Occasion.RESET: (
            "Wähle ein neues Passwort",
            (
                "Jemand, hoffentlich du, möchte ein neues Passwort für das Konto bei StripSession mit dieser Adresse."
                " Öffne diesen Link, um eines zu wählen:\n\n{link}\n\nEr gilt einmal und nicht lange. "
                "Das meldet überall ab und beendet Passkeys und API-Schlüssel. Warst du es nicht, dann tu nichts: Dein"
                " Passwort bleibt, wie es ist."
            ),
        ),
        Occasion.RESET_UNKNOWN: (
            "Kein Konto bei StripSession mit dieser Adresse",
            (
                "Jemand, vielleicht du, möchte ein neues Passwort mit dieser Adresse, und es gibt kein Konto bei"
                " StripSession mit ihr. Vielleicht hast du dich mit einer anderen angemeldet:\n\n{home}"
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
    },
}


def letter(occasion: Occasion, language: str, public_url: str, code: str = "") -> tuple[str, str]:
    """Subject and text. `code` is for the occasions with a link alone."""
    subject, text = _WORDS[spoken(language)][occasion]
    home = f"{public_url.rstrip('/')}/"
    link = f"{home}#/{_PATHS[occasion]}/{code}" if occasion in _PATHS else home
    return subject, f"{text.format(link=link, home=home)}\n"
