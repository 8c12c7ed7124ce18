"""E-mail addresses as people type them."""

from __future__ import annotations

import contextlib
import datetime
import string

import pytest
from aiosmtplib.email import extract_recipients
from hypothesis import given
from hypothesis import strategies as st

from services.auth.clients.mailing import message_of
from services.auth.domain.email_address import ADDRESS_CHARACTERS_MAX, parse_email
from services.auth.domain.errors import InvalidEmail
from services.auth.domain.mail import Mail

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)

LABELS = st.text(string.ascii_letters + string.digits, min_size=1, max_size=12)
ADDRESSES = st.builds(
    "{}@{}.{}".format, st.text(string.ascii_letters + string.digits + "+-_'", min_size=1, max_size=20), LABELS, LABELS
)


@given(ADDRESSES, st.sampled_from(["", " ", "\t", "\n", " \u2003"]))
def test_spelling_does_not_matter(address: str, space: str) -> None:
    """Case and surrounding spaces make no other address, and the person's own spelling is kept."""
    parsed = parse_email(f"{space}{address}{space}")
    assert parsed.typed == address
    assert parsed.key == parse_email(address.upper()).key == parse_email(address.lower()).key
    assert parse_email(parsed.key).key == parsed.key


@given(st.text(max_size=300) | st.builds("{}@{}".format, st.text(max_size=20), st.text(max_size=20)))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    """Whatever is typed is an address of bounded length without anything invisible, or InvalidEmail."""
    with contextlib.suppress(InvalidEmail):
        parsed = parse_email(text)
        assert len(parsed.key) <= ADDRESS_CHARACTERS_MAX
        assert parsed.key.isprintable()
        assert not any(character.isspace() for character in parsed.key)


WORDS = st.sampled_from(["=?", "?=", "utf-8", "?q?", "?b?", "=40", "ada", "@", "\uff1d", "\uff1f", "<", "."])


@given(st.lists(WORDS | st.characters(), min_size=1, max_size=10).map("".join))
def test_mail_goes_to_the_very_address(local: str) -> None:
    """Whatever is accepted as an address is the one recipient of a mail to it, and not another that is written so."""
    with contextlib.suppress(InvalidEmail):
        address = parse_email(f"{local}@example.org")
        mail = Mail("eml_1", address.typed, "Subject", "Text", NOW)
        assert extract_recipients(message_of(mail, "StripSession <no-reply@example.org>")) == [address.typed]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "ada",
        "ada@",
        "@example.org",
        "ada@example",
        "ada@@example.org",
        "ada@example..org",
        "ada@-example.org",
        "ada@example.org.",
        ".ada@example.org",
        "a..da@example.org",
        "a da@example.org",
        "ada\0@example.org",
        "ada\u200b@example.org",
        '"ada"@example.org',
        "ada@exam ple.org",
        "ada@example.org>",
        # Read by mail programs as ada@example.org, and as ada@elsewhere.example of whatever domain stands behind.
        "=?utf-8?q?ada?=@example.org",
        "=?utf-8?b?YWRh?=@example.org",
        "=?utf-8?q?ada=40elsewhere.example?=@example.org",
        "\uff1d\uff1futf-8\uff1fq\uff1fada\uff1f\uff1d@example.org",
        "x" * 65 + "@example.org",
        "ada@" + "x" * 64 + ".org",
        "ada@" + "x." * 130 + "org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """What no mail could reach, or what could pass for another address, is refused."""
    with pytest.raises(InvalidEmail):
        parse_email(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ada@localhost", "ada@localhost"),
        ("Ada+songs@Example.ORG", "ada+songs@example.org"),
        ("ada@M\u00fcnchen.example", "ada@xn--mnchen-3ya.example"),
        ("o'hara@example.org", "o'hara@example.org"),
    ],
)
def test_what_is_an_address(text: str, key: str) -> None:
    """Plain, tagged, local and international addresses are taken."""
    assert parse_email(text).key == key
