"""Webhooks as rules: what is signed, when it is tried again, when an endpoint is given up."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.auth.domain.errors import WebhookRefused
from services.auth.domain.webhook_signature import SignedMessage, check_signature, secret_key
from services.library.domain.errors import WebhookEventsInvalid
from services.library.domain.keys import Key
from services.library.domain.webhook import (
    CHOSEN,
    JITTER,
    TRIES_MAX,
    Attempt,
    Delivery,
    DeliveryStatus,
    DisabledReason,
    Endpoint,
    EventType,
    Fault,
    Heard,
    checked_events,
    disabled_after,
)
from services.library.domain.webhook_message import body_of, headers_of, new_secret, shown

NOW = datetime.datetime(2030, 5, 4, 9, 30, 0, 123456, tzinfo=datetime.UTC)
DELIVERY = Delivery("whd_1", "whe_1", "usr_1", "msg_1", EventType.READY, "trk_1", "ready", NOW, due_at=NOW)
ENDPOINT = Endpoint("whe_1", "usr_1", "https://example.org/", CHOSEN, NOW)
REFUSED = Heard(20, 500, Fault.REFUSED)


def test_the_signature_is_the_one_of_standard_webhooks() -> None:
    """The vector of the specification's own libraries comes out to the byte."""
    key = Key(base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    at = datetime.datetime.fromtimestamp(1614265330, datetime.UTC)
    assert headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', [key], at) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(body=st.binary(max_size=200), flip=st.integers(0, 10_000))
def test_another_program_verifies_it_and_nothing_near_it(body: bytes, flip: int) -> None:
    """Whoever has one of the two secrets believes it; with a bit of the body changed nobody does."""
    old, new = new_secret(), new_secret()
    headers = headers_of("msg_1", body, [new, old], NOW)
    for secret in (old, new):
        message = SignedMessage(body, "msg_1", headers["webhook-timestamp"], headers["webhook-signature"])
        check_signature(message, secret_key(shown(secret)), NOW)
        changed = bytearray(body or b"x")
        changed[flip % len(changed)] ^= 1
        with pytest.raises(WebhookRefused):
            check_signature(dataclasses.replace(message, body=bytes(changed)), secret_key(shown(secret)), NOW)


def test_a_message_holds_names_and_words_alone() -> None:
    """Type, moment, track and state, and nothing that a person wrote; a test tells of no track."""
    told_at = "2030-05-04T09:30:00.123Z"
    assert json.loads(body_of(DELIVERY)) == {
        "type": "track.ready",
        "timestamp": told_at,
        "data": {"track_id": "trk_1", "state": "ready"},
    }
    test = dataclasses.replace(DELIVERY, event=EventType.TEST, track_id="", state="")
    assert json.loads(body_of(test)) == {"type": "webhook.test", "timestamp": told_at, "data": {}}


@given(st.lists(st.floats(0, 1), min_size=TRIES_MAX, max_size=TRIES_MAX))
def test_a_message_is_tried_for_about_a_day_and_then_no_more(jitters: list[float]) -> None:
    """Each pause is about twice the one before and six hours at most, together a day and some; then it has failed."""
    delivery, now, pauses = DELIVERY, NOW, []
    for jitter in jitters:
        assert delivery.status is DeliveryStatus.WAITING
        delivery = delivery.tried(Attempt(now, REFUSED), jitter)
        if delivery.due_at is not None:
            pauses.append((delivery.due_at - now).total_seconds())
            now = delivery.due_at
    assert delivery.status is DeliveryStatus.FAILED
    assert len(pauses) == TRIES_MAX - 1
    for number, pause_s in enumerate(pauses):
        plain_s = min(30.0 * 2**number, 6 * 3600)
        assert plain_s * (1 - JITTER) - 0.001 <= pause_s <= plain_s * (1 + JITTER) + 0.001
    assert 21 * 3600 < (now - NOW).total_seconds() < 32 * 3600


def test_a_message_that_is_taken_is_sent_once() -> None:
    """2xx ends it, at whatever try; sent again by its owner, it has all its tries once more."""
    taken = DELIVERY.tried(Attempt(NOW, REFUSED), 0.5).tried(Attempt(NOW, Heard(5, 204)), 0.5)
    assert (taken.status, taken.due_at, taken.tries) == (DeliveryStatus.DELIVERED, None, 2)
    again = taken.replayed(NOW)
    assert (again.status, again.due_at, again.tries) == (DeliveryStatus.WAITING, NOW, 0)
    assert again.message_id == taken.message_id
    assert again.replayed(NOW + datetime.timedelta(hours=1)) is again


def test_an_endpoint_that_is_gone_is_given_up_at_once() -> None:
    """410 ends the message and the endpoint at the first try."""
    attempt = Attempt(NOW, Heard(5, 410, Fault.REFUSED))
    tried = DELIVERY.tried(attempt, 0.5)
    assert tried.status is DeliveryStatus.FAILED
    assert disabled_after(ENDPOINT, tried, attempt) is DisabledReason.GONE


@pytest.mark.parametrize(
    ("delivered_after_s", "reason"), [(None, DisabledReason.FAILING), (-1, DisabledReason.FAILING), (1, None)]
)
def test_one_message_that_fails_for_a_day_ends_an_endpoint_that_takes_none(
    delivered_after_s: float | None, reason: DisabledReason | None
) -> None:
    """Given up when a message failed at every try and no other got through since it was made; not before."""
    endpoint = ENDPOINT
    if delivered_after_s is not None:
        endpoint = dataclasses.replace(ENDPOINT, delivered_at=NOW + datetime.timedelta(seconds=delivered_after_s))
    attempt = Attempt(NOW, REFUSED)
    assert disabled_after(endpoint, DELIVERY.tried(attempt, 0.5), attempt) is None
    last = dataclasses.replace(DELIVERY, tries=TRIES_MAX - 1).tried(attempt, 0.5)
    assert disabled_after(endpoint, last, attempt) is reason


def test_events_are_chosen_by_their_words() -> None:
    """Each counts once; none, an unknown one, and the test's are refused."""
    assert checked_events(["track.failed", "track.ready", "track.ready"]) == (EventType.READY, EventType.FAILED)
    for words in ([], ["track.played"], ["track.ready", "webhook.test"]):
        with pytest.raises(WebhookEventsInvalid):
            checked_events(words)
