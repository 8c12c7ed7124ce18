"""Which passwords may be chosen."""

from __future__ import annotations

import pytest

from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import WeakPassword
from services.auth.domain.frequent_passwords import FREQUENT
from services.auth.domain.password import CHARACTERS_MAX, CHARACTERS_MIN, check_password

EMAIL = parse_email("ada.lovelace@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "seven77",
        "\U0001f3b8" * 7,
        "x" * 8,
        "y" * 257,
        "password",
        "PassWord1",
        " password1 ",
        "iloveyou",
        "ada.lovelace@example.org",
        "ADA.Lovelace@Example.org",
        "ada.lovelace",
    ],
)
def test_weak_password(password: str) -> None:
    """Too short, too long, guessed first, or the address itself is refused with a sentence that says why."""
    with pytest.raises(WeakPassword, match=r"password"):
        check_password(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    ["abcdefgz", "correct horse battery staple", "\U0001f3b8\U0001f941" * 4, "z1" * 128, "      no trimming      "],
)
def test_strong_password(password: str) -> None:
    """Any eight to 256 characters of any script may be a password."""
    check_password(password, EMAIL)


def test_listed_passwords_could_be_chosen() -> None:
    """Every listed password has a length that would otherwise be allowed, in the form it is compared in."""
    assert all(CHARACTERS_MIN <= len(each) <= CHARACTERS_MAX and each == each.casefold() for each in FREQUENT)
    assert len(FREQUENT) > 400
