"""What cookies hold of a person, in words. Classes and English words are the data map's, to which a test holds them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from services.gateway.api.cookies import ACCESS_COOKIE, PROVIDER_COOKIE, REFRESH_COOKIE, device_cookie


@dataclasses.dataclass(frozen=True)
class HeldCookie:
    """How long it stays, and what it is."""

    data_class: str
    text: Mapping[str, str]


_DEVICE = HeldCookie(
    "pseudonymous",
    {
        "en": "a year from the last sign-in, signed out or not; stamps of accounts without a name in them, read by no"
        " script",
        "de": "ein Jahr ab der letzten Anmeldung, auch abgemeldet; Stempel von Konten ohne einen Namen darin, kein"
        " Skript liest sie",
    },
)
_OTHERS: Mapping[str, HeldCookie] = {
    ACCESS_COOKIE: HeldCookie(
        "secret",
        {
            "en": "minutes; a signed token that says who is signed in, read by no script",
            "de": "Minuten; ein signiertes Zeichen, wer angemeldet ist, kein Skript liest es",
        },
    ),
    REFRESH_COOKIE: HeldCookie(
        "secret",
        {
            "en": "as long as the session; sent to the routes of signing in alone, read by no script",
            "de": "so lange wie die Sitzung; nur an die Wege der Anmeldung gesendet, kein Skript liest es",
        },
    ),
    PROVIDER_COOKIE: HeldCookie(
        "secret",
        {
            "en": "twenty minutes at most; ties the way back from a provider to this browser",
            "de": "höchstens zwanzig Minuten; bindet den Rückweg von einem Anbieter an diesen Browser",
        },
    ),
}


def held_cookies(*, is_secure: bool) -> Sequence[tuple[str, HeldCookie]]:
    """Every cookie that may be set, by the name that it has where the request came by https, or did not."""
    return [*_OTHERS.items(), (device_cookie(is_secure=is_secure), _DEVICE)]
