"""The words of mails about an account that its person closes, in each of our languages."""

from __future__ import annotations

from collections.abc import Mapping

from services.auth.domain.mail import Occasion

CLOSING_WORDS: Mapping[str, Mapping[Occasion, tuple[str, str]]] = {
    "en": {
        Occasion.CLOSING_ASKED: (
            "Your StripSession account will be erased",
            (
                "Your StripSession account will be closed and erased on {day}, as was asked for in your account:"
                " every song, stem, link and key, and this address. A subscription ends then, and nothing is paid back"
                " by itself. Until that day all works as before.\n\n"
                "If it was not you, or you changed your mind: sign in and press Keep my account. If it was not you,"
                " choose a new password as well:\n\n{home}"
            ),
        ),
        Occasion.CLOSING_WITHDRAWN: (
            "Your StripSession account stays",
            (
                "Your StripSession account will not be erased: that was taken back in your account, and all stays as"
                " it is. If it was not you, choose a new password at once:\n\n{home}"
            ),
        ),
        Occasion.ACCOUNT_CLOSED: (
            "Your StripSession account is closed",
            (
                "Your StripSession account is closed, and everything of it is being erased; nothing can take that back."
                " What was paid stays recorded for seven years, as the law asks, without your name. This is the last"
                " mail to this address: it is being erased, too.\n\n{home}"
            ),
        ),
    },
    "de": {
        Occasion.CLOSING_ASKED: (
            "Dein Konto bei StripSession wird gelöscht",
            (
                "Dein Konto bei StripSession wird am {day} geschlossen und gelöscht, wie es in deinem Konto verlangt"
                " wurde: jeder Song, jede Spur, jeder Link und Schlüssel, und diese Adresse. Ein Abo endet dann, und"
                " von selbst wird nichts zurückgezahlt. Bis zu diesem Tag geht alles wie bisher.\n\n"
                "Warst du es nicht, oder hast du es dir anders überlegt: Melde dich an und drück auf Mein Konto"
                " behalten. Warst du es nicht, dann wähle auch ein neues Passwort:\n\n{home}"
            ),
        ),
        Occasion.CLOSING_WITHDRAWN: (
            "Dein Konto bei StripSession bleibt",
            (
                "Dein Konto bei StripSession wird nicht gelöscht: Das wurde in deinem Konto zurückgenommen, und alles"
                " bleibt, wie es ist. Warst du es nicht, dann wähle sofort ein neues Passwort:\n\n{home}"
            ),
        ),
        Occasion.ACCOUNT_CLOSED: (
            "Dein Konto bei StripSession ist geschlossen",
            (
                "Dein Konto bei StripSession ist geschlossen, und alles davon wird gelöscht; das lässt sich nicht"
                " zurücknehmen. Was bezahlt wurde, bleibt sieben Jahre verzeichnet, wie es das Gesetz verlangt, ohne"
                " deinen Namen. Das ist die letzte Mail an diese Adresse: Auch sie wird gelöscht.\n\n{home}"
            ),
        ),
    },
}
"""Subject and text of each occasion, by language; {day} is one, and {home} an address."""

MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "{day} {month} {year}",
        *("January", "February", "March", "April", "May", "June", "July", "August", "September", "October"),
        *("November", "December"),
    ),
    "de": (
        "{day}. {month} {year}",
        *("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"),
        *("November", "Dezember"),
    ),
}
"""How a day is written, and the months."""
