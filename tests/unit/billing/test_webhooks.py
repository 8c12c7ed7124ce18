"""Events as they arrive: what is signed and is no event is refused, however it is built."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json

import pytest

from services.billing.clients.stripe.webhooks import TOLERANCE_S, read_event
from services.billing.domain.errors import SignatureInvalid

NOW = datetime.datetime(2030, 1, 20, 8, tzinfo=datetime.UTC)
SECRET = "whsec_test"
EVENT = {"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": {"id": "in_1", "customer": "cus_1"}}}


def signature_of(body: bytes, shift_s: int = 0, secret: str = SECRET) -> str:
    at = int(NOW.timestamp()) + shift_s
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def test_a_signed_event_names_whose_state_is_to_be_read() -> None:
    """Signed by either secret and within the tolerance, both ways in time."""
    body = json.dumps(EVENT).encode()
    for shift_s in (-TOLERANCE_S, 0, TOLERANCE_S):
        assert read_event(body, signature_of(body, shift_s), ("whsec_next", SECRET), NOW).subject == "cus_1"
    for refused in (signature_of(body, TOLERANCE_S + 1), signature_of(body, secret="whsec_other"), "", "t=,v1="):
        with pytest.raises(SignatureInvalid):
            read_event(body, refused, (SECRET,), NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"id": "evt_1"}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b"1" * 100_000,
        json.dumps(EVENT | {"created": 1e400}).encode(),
        json.dumps(EVENT | {"created": 10**18}).encode(),
        json.dumps(EVENT | {"data": []}).encode(),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_signed_and_is_no_event_is_refused(body: bytes) -> None:
    """Neither depth nor size nor a number out of the calendar is a fault of ours."""
    with pytest.raises(SignatureInvalid):
        read_event(body, signature_of(body), (SECRET,), NOW)
