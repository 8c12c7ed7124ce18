"""What each mail says. A link's code stands behind the #, which no browser sends to a server."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping

from services.auth.domain.closing_words import CLOSING_WORDS, MONTHS
from services.auth.domain.letter_words import STILL, WORDS
from services.auth.domain.mail import LANGUAGES, Occasion, spoken
from services.auth.domain.policy_version import PolicyVersion
from services.auth.domain.policy_words import POLICY_WORDS

_PATHS: Mapping[Occasion, str] = {
    Occasion.CONFIRM_SIGN_UP: "confirm",
    Occasion.VERIFY: "verify",
    Occasion.RESET: "reset",
    Occasion.EMAIL_CHANGE: "change",
    Occasion.EMAIL_CHANGED: "undo",
}


@dataclasses.dataclass(frozen=True)
class Still:
    """How many of each a person has that work without a password."""

    passkeys: int = 0
    providers: int = 0
    api_keys: int = 0


def letter_in_all(occasion: Occasion, public_url: str, *, day: datetime.datetime | None = None) -> tuple[str, str]:
    """Subject and text in each of our languages, for whom nobody knows which they read; of an occasion without code."""
    letters = [letter(occasion, language, public_url, day=day) for language in LANGUAGES]
    return " / ".join(subject for subject, _ in letters), "\n\n".join(text for _, text in letters)


def letter(
    occasion: Occasion,
    language: str,
    public_url: str,
    code: str = "",
    *,
    still: Still | None = None,
    day: datetime.datetime | None = None,
) -> tuple[str, str]:
    """Subject and text. `code` is for the occasions with a link alone, and `day` for those with a day.

    Of `still` what there is is named at the end.
    """
    words = {**WORDS[spoken(language)], **CLOSING_WORDS[spoken(language)]}
    subject, text = words[occasion]
    home = f"{public_url.rstrip('/')}/"
    link = f"{home}#/{_PATHS[occasion]}/{code}" if occasion in _PATHS else home
    return (
        subject,
        f"{text.format(link=link, home=home, day=_day(day, language))}{_named(still or Still(), language)}\n",
    )


def letter_of_policy(occasion: Occasion, public_url: str, policy: PolicyVersion) -> tuple[str, str]:
    """Subject and text in each of our languages, about a version of the privacy policy."""
    link, letters = f"{public_url.rstrip('/')}/privacy?version={policy.version}", []
    for language in LANGUAGES:
        subject, text = POLICY_WORDS[language][occasion]
        day, changes = _day(policy.in_force_from, language), policy.changes.get(language, "")
        told = text.format(day=day, version=policy.version, changes=changes, link=f"{link}&lang={language}")
        # The first versions do not say what is new in them, which leaves a space at a line's end.
        letters.append((subject.format(day=day), told.replace(" \n", "\n") + "\n"))
    return " / ".join(subject for subject, _ in letters), "\n\n".join(text for _, text in letters)


def _day(day: datetime.datetime | None, language: str) -> str:
    """In UTC, as everybody writes it; where they live it may begin some hours earlier or later."""
    if day is None:
        return ""
    pattern, *months = MONTHS[spoken(language)]
    moment = day.astimezone(datetime.UTC)
    return pattern.format(day=moment.day, month=months[moment.month - 1], year=moment.year)


def _named(still: Still, language: str) -> str:
    sentence, *words = STILL[spoken(language)]
    counts = (still.passkeys, still.providers, still.api_keys)
    ways = [word.format(count) for word, count in zip(words, counts, strict=True) if count]
    return sentence.format(ways=", ".join(ways)) if ways else ""
