"""Whom auth writes to about what happened in other services."""

from __future__ import annotations

import pytest

from chassis.bus.consumer import Delivery, Unwanted
from services.auth.app.verify_email import verify_email
from services.auth.domain.letters import letter
from services.auth.domain.mail import LANGUAGES, Occasion
from services.auth.events.consumers import FactHandlers
from stripsession.library.v1 import events_pb2
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


def given_up(owner_id: str, message_id: str = "1") -> Delivery[events_pb2.WebhookGivenUp]:
    return Delivery(events_pb2.WebhookGivenUp(endpoint_id="whe_1", owner_id=owner_id), message_id, 1)


async def test_whose_webhook_is_given_up_is_written_to_once_a_day() -> None:
    """One mail, in each language, however often the fact comes and however many endpoints are made to fail."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    await verify_email(world.ports, code_in(newest(world)))
    handlers, before = FactHandlers(world.ports), len(world.waiting())
    for message_id in ("1", "1", "2"):
        await handlers.webhook_given_up(given_up(account.user_id, message_id))
    world.clock.advance(days=1)
    # The same message, when another would be told of again.
    await handlers.webhook_given_up(given_up(account.user_id, "1"))
    assert len(world.waiting()) == before + 1
    await handlers.webhook_given_up(given_up(account.user_id, "3"))
    first, second = world.waiting()[before:]
    assert (first.to, second.to) == (EMAIL, EMAIL)
    for language in LANGUAGES:
        subject, text = letter(Occasion.WEBHOOK_GIVEN_UP, language, "https://us.example")
        assert subject in first.subject
        assert text in first.text


async def test_nobody_is_written_to_at_an_address_that_may_be_anothers() -> None:
    """An address that nobody confirmed gets nothing, nor do people who are gone; a fact of nobody is dropped."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    handlers, before = FactHandlers(world.ports), len(world.waiting())
    await handlers.webhook_given_up(given_up(account.user_id))
    await handlers.webhook_given_up(given_up("usr_gone", "2"))
    assert len(world.waiting()) == before
    with pytest.raises(Unwanted):
        await handlers.webhook_given_up(given_up(""))
