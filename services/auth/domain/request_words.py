"""Mail about a request about privacy, in each of our languages: that it was answered, or takes longer."""

from __future__ import annotations

import datetime
import enum
from collections.abc import Mapping

from services.auth.domain.closing_words import MONTHS
from services.auth.domain.mail import LANGUAGES


class RequestNotice(enum.Enum):
    """What happened to it."""

    EXTENDED = "extended"
    ANSWERED = "answered"


_SUBJECTS: Mapping[str, Mapping[RequestNotice, str]] = {
    "en": {
        RequestNotice.EXTENDED: "Your request {number} takes longer",
        RequestNotice.ANSWERED: "Your request {number} was answered",
    },
    "de": {
        RequestNotice.EXTENDED: "Deine Anfrage {number} dauert länger",
        RequestNotice.ANSWERED: "Deine Anfrage {number} wurde beantwortet",
    },
}
_TO_ACCOUNTS: Mapping[str, Mapping[RequestNotice, str]] = {
    "en": {
        RequestNotice.EXTENDED: (
            "We need more time for your request {number} about privacy, and will answer by {day}. Why, stands in your"
            " account:\n\n{home}#/account/requests"
        ),
        RequestNotice.ANSWERED: (
            "Your request {number} about privacy was answered. The answer stands in your account:"
            "\n\n{home}#/account/requests"
        ),
    },
    "de": {
        RequestNotice.EXTENDED: (
            "Für deine Anfrage {number} zum Datenschutz brauchen wir mehr Zeit und antworten bis zum {day}. Warum,"
            " steht in deinem Konto:\n\n{home}#/account/requests"
        ),
        RequestNotice.ANSWERED: (
            "Deine Anfrage {number} zum Datenschutz wurde beantwortet. Die Antwort steht in deinem Konto:"
            "\n\n{home}#/account/requests"
        ),
    },
}
_TO_STRANGERS: Mapping[str, Mapping[RequestNotice, str]] = {
    "en": {
        RequestNotice.EXTENDED: (
            "This address was given with the request {number} about privacy at {home}. We need more time for it, and"
            " will answer by {day}. The reason stands below. If it was not you, do nothing: this address goes once"
            " the request is answered."
        ),
        RequestNotice.ANSWERED: (
            "This address was given with the request {number} about privacy at {home}. The answer stands below. If it"
            " was not you, do nothing: this was the last mail, and this address is not kept."
        ),
    },
    "de": {
        RequestNotice.EXTENDED: (
            "Diese Adresse wurde mit der Anfrage {number} zum Datenschutz an {home} angegeben. Wir brauchen dafür mehr"
            " Zeit und antworten bis zum {day}. Der Grund steht unten. Warst du es nicht, dann tu nichts: Diese"
            " Adresse geht, sobald die Anfrage beantwortet ist."
        ),
        RequestNotice.ANSWERED: (
            "Diese Adresse wurde mit der Anfrage {number} zum Datenschutz an {home} angegeben. Die Antwort steht"
            " unten. Warst du es nicht, dann tu nichts: Das war die letzte Mail, und diese Adresse wird nicht"
            " aufbewahrt."
        ),
    },
}


def request_letter(
    notice: RequestNotice, public_url: str, *, number: str, due_on: datetime.date, text: str = ""
) -> tuple[str, str]:
    """Subject and text in each language, for nobody knows which they read.

    With what an operator wrote it goes to somebody without an account, who reads it nowhere else once their link is
    lost; without, to an account.
    """
    home = f"{public_url.rstrip('/')}/"
    words = _TO_STRANGERS if text else _TO_ACCOUNTS
    subjects = [_SUBJECTS[language][notice].format(number=number) for language in LANGUAGES]
    texts = [
        words[language][notice].format(number=number, home=home, day=_day(due_on, language)) for language in LANGUAGES
    ]
    return " / ".join(subjects), "\n\n".join([*texts, *([text] if text else [])]) + "\n"


def _day(day: datetime.date, language: str) -> str:
    pattern, *months = MONTHS[language]
    return pattern.format(day=day.day, month=months[day.month - 1], year=day.year)
