"""What Clerk tells, read: only what is kept, and nothing breaks on what it might be instead."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.account import DISPLAY_NAME_CHARACTERS_MAX
from services.auth.domain.clerk_user import Told, read_message, read_user
from services.auth.domain.errors import WebhookRefused, WebhookUnreadable
from services.auth.domain.identity import is_too_many
from services.auth.domain.webhook_signature import SignedMessage, WebhookSecretUnusable, check_signature, secret_key

NOW = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def user(**changed: Any) -> dict[str, Any]:
    """Somebody with two addresses, of which the second is the primary one."""

    def address(name: str, text: str, status: str) -> dict[str, Any]:
        return {"id": name, "email_address": text, "verification": {"status": status}}

    return {
        "id": "user_1",
        "first_name": "Ada",
        "last_name": "Lovelace",
        "primary_email_address_id": "idn_2",
        "email_addresses": [
            address("idn_1", "old@example.org", "verified"),
            address("idn_2", "Ada@Example.org", "verified"),
        ],
        "updated_at": 1_893_456_000_500,
        "phone_numbers": [{"phone_number": "+15550100"}],
        "private_metadata": {"secret": "nothing of ours"},
    } | changed


def test_what_is_kept_of_a_person() -> None:
    """Subject, primary verified address, name and the issuer's time; no telephone, no metadata."""
    profile = read_user(user())
    assert profile.email is not None
    assert (profile.subject, profile.email.typed, profile.display_name) == ("user_1", "Ada@Example.org", "Ada Lovelace")
    assert profile.told_at == NOW + datetime.timedelta(milliseconds=500)
    assert "+15550100" not in repr(profile)


@pytest.mark.parametrize(
    "changed",
    [
        {"primary_email_address_id": None},
        {"primary_email_address_id": "idn_9"},
        {"email_addresses": []},
        {"email_addresses": None},
        {"email_addresses": [{"id": "idn_2", "email_address": "a@b.example", "verification": None}]},
        {
            "email_addresses": [
                {"id": "idn_2", "email_address": "a@b.example", "verification": {"status": "unverified"}}
            ]
        },
        {"email_addresses": [{"id": "idn_2", "email_address": "no address", "verification": {"status": "verified"}}]},
        {"email_addresses": [{"id": "idn_2", "email_address": 7, "verification": {"status": "verified"}}]},
        {"email_addresses": ["ada@example.org"]},
    ],
    ids=str,
)
def test_no_other_address_stands_in(changed: dict[str, Any]) -> None:
    """Where the primary address is missing or nobody verified it, there is none, whatever else is listed."""
    assert read_user(user(**changed)).email is None


@pytest.mark.parametrize(
    "changed", [{"first_name": None, "last_name": None}, {"first_name": 7, "last_name": []}], ids=str
)
def test_a_name_may_be_missing(changed: dict[str, Any]) -> None:
    """Clerk's names are optional; a missing one is an empty one."""
    assert read_user(user(**changed)).display_name == ""


@pytest.mark.parametrize(
    "changed",
    [{"id": None}, {"id": ""}, {"id": "a b"}, {"id": "\u0430"}, {"id": "x" * 256}, {"updated_at": None}]
    + [{"updated_at": value} for value in ("now", True, 0, -1, 1e12, 10**16)],
    ids=str,
)
def test_a_user_without_name_or_time_is_none(changed: dict[str, Any]) -> None:
    """Without a subject nobody is named, and without a time nothing can be put in order."""
    with pytest.raises(WebhookUnreadable):
        read_user(user(**changed))


@given(st.dictionaries(st.sampled_from(sorted(user())), _JSON))
def test_any_user_is_read_or_refused(changed: dict[str, Any]) -> None:
    """Whatever a member is instead, a profile comes of it that the database can hold, or a refusal."""
    try:
        profile = read_user(user(**changed))
    except WebhookUnreadable:
        return
    assert "\x00" not in profile.subject + profile.display_name
    assert len(profile.display_name) <= DISPLAY_NAME_CHARACTERS_MAX


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_any_message_is_read_or_refused(body: bytes) -> None:
    """No bytes break the reader."""
    try:
        told = read_message(body)
    except WebhookUnreadable:
        return
    assert told is None or isinstance(told, Told)


def signed(body: bytes, *, at: datetime.datetime = NOW, message_id: str = "msg_1") -> SignedMessage:
    """As the sender signs it, written down once more here."""
    timestamp = str(int(at.timestamp()))
    content = message_id.encode() + b"." + timestamp.encode() + b"." + body
    signature = base64.b64encode(hmac.new(KEY, content, hashlib.sha256).digest()).decode()
    return SignedMessage(body, message_id, timestamp, f"v1,{signature}")


@given(body=st.binary(max_size=300), age_s=st.integers(-300, 300))
def test_what_the_secret_signed_is_taken(body: bytes, age_s: int) -> None:
    """Any bytes at all, up to five minutes old or ahead."""
    check_signature(signed(body, at=NOW - datetime.timedelta(seconds=age_s)), secret_key(SECRET), NOW)


@given(body=st.binary(min_size=1, max_size=100), place=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_is_refused(body: bytes, place: int, bit: int) -> None:
    """A message that differs from the signed one in a single bit is not the sender's."""
    message = signed(body)
    changed = bytearray(body)
    changed[place % len(body)] ^= 1 << bit
    with pytest.raises(WebhookRefused):
        check_signature(
            SignedMessage(bytes(changed), message.message_id, message.timestamp, message.signatures), KEY, NOW
        )


@given(message_id=st.text(max_size=20), timestamp=st.text(max_size=20), signatures=st.text(max_size=60))
def test_any_headers_are_refused_and_nothing_else(message_id: str, timestamp: str, signatures: str) -> None:
    """Headers of any text at all end in a refusal and in no other error."""
    with pytest.raises(WebhookRefused):
        check_signature(SignedMessage(b"{}", message_id, timestamp, signatures), KEY, NOW)


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_AAAA", "sk_" + "A" * 40, "whsec_!" + "A" * 40, SECRET[6:]])
def test_a_secret_that_is_none_is_refused_at_the_start(text: str) -> None:
    """A secret that was cut short or mixed up would let nobody's messages in, or anybody's."""
    with pytest.raises(WebhookSecretUnusable):
        secret_key(text)


@pytest.mark.parametrize(
    ("missing", "living", "is_believed"),
    [(0, 0, True), (20, 20, True), (21, 21, False), (21, 209, False), (21, 210, True), (1000, 10_000, True)],
)
def test_when_a_list_is_not_believed(missing: int, living: int, is_believed: bool) -> None:
    """Twenty may be gone of however few, and a tenth of many."""
    assert is_too_many(missing, living) is not is_believed
