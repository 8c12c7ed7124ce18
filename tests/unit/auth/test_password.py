"""Which passwords may be chosen, as far as no list is asked."""

from __future__ import annotations

import pytest

from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import WeakPassword
from services.auth.domain.password import check_password, guessable_words, listed_forms

EMAIL = parse_email("ada.lovelace@example.org")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("", "short"),
        ("seven77", "short"),
        ("\U0001f3b8" * 7, "short"),
        ("y" * 257, "long"),
        ("x" * 8, "regular"),
        ("abcdefgh", "regular"),
        ("87654321", "regular"),
        ("lovelove", "regular"),
        ("z1" * 128, "regular"),
        ("\U0001f3b8\U0001f941" * 4, "regular"),
        ("abcabcabcab", "regular"),
        ("ada.lovelace@example.org", "personal"),
        ("ADA.Lovelace@Example.org1!", "personal"),
        ("ada.lovelace", "personal"),
        ("my ada.lovelace", "personal"),
        ("StripSession", "personal"),
        ("Strip Session 24", "personal"),
        ("strip-session!", "personal"),
    ],
)
def test_weak_password(password: str, fault: str) -> None:
    """Too short or long, counting on, an address or our name with little beside it: a sentence says why."""
    with pytest.raises(WeakPassword, match=r"password") as refused:
        check_password(password, EMAIL)
    assert refused.value.facts == {"fault": fault}


@pytest.mark.parametrize(
    "password",
    [
        "abcdefgz",
        "correct horse battery staple",
        "      no trimming      ",
        "ada.lovelace plays the tuba",
        "stripsession took my drums",
        "k9" + "x" * 200,
    ],
)
def test_strong_password(password: str) -> None:
    """Any eight to 256 characters of any script may be a password, and a name in it does no harm beside enough else."""
    check_password(password, EMAIL)


def test_a_short_address_is_in_many_words() -> None:
    """Three letters of an address are no reason to refuse a word that has them inside."""
    check_password("badabing", parse_email("ada@example.org"))


@pytest.mark.parametrize(
    "password", ["Dragon", "DRAGON99", "dragon2024!", "7dragon", "--dragon--", "dr4g0n", "Dr@g0n!1", "dragon123456"]
)
def test_decorations_hide_no_word(password: str) -> None:
    """What people put round a word, and for its letters, comes off before it is looked up."""
    assert "dragon" in guessable_words(password)


def test_what_is_more_than_decoration_stays() -> None:
    """Eight digits beside a word are no decoration any more, and two words are not one."""
    assert guessable_words("dragon58201746") & {"dragon"} == set()
    assert guessable_words("dragon fountain") & {"dragon", "fountain"} == set()


def test_lists_are_asked_for_the_password_and_for_its_lower_case() -> None:
    """Lists have most passwords in lower case, and some as they were typed."""
    assert listed_forms(" Abc Def ") == (" Abc Def ", "abc def")
    assert listed_forms("\uff41bc") == ("abc",)
