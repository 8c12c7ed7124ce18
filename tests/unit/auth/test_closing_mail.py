"""What a person is written to whose account is to be closed, is kept after all, or is closed."""

from __future__ import annotations

import datetime

import pytest

from chassis.bus.consumer import Delivery, Unwanted
from services.auth.app.close_account import close_account
from services.auth.app.erase_account import erase_account
from services.auth.app.verify_email import verify_email
from services.auth.domain.letters import letter
from services.auth.domain.mail import LANGUAGES, Occasion
from services.auth.events.closing_facts import ClosingFactHandlers
from stripsession.retention.v1 import events_pb2
from tests.unit.auth.fakes import LIVES, World
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"
WEEK = datetime.timedelta(days=7)
START, MINUTE = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC), datetime.timedelta(minutes=1)


def asked(
    user_id: str, due_at: datetime.datetime, message_id: str = "1", *, at: datetime.datetime = START
) -> Delivery[events_pb2.AccountClosingAsked]:
    fact = events_pb2.AccountClosingAsked(user_id=user_id)
    fact.asked_at.FromDatetime(at)
    fact.due_at.FromDatetime(due_at)
    return Delivery(fact, message_id, 1)


def withdrawn(
    user_id: str, message_id: str = "2", *, at: datetime.datetime = START
) -> Delivery[events_pb2.AccountClosingWithdrawn]:
    fact = events_pb2.AccountClosingWithdrawn(user_id=user_id)
    fact.withdrawn_at.FromDatetime(at)
    return Delivery(fact, message_id, 1)


async def confirmed(world: World) -> str:
    """A person whose address is confirmed."""
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    await verify_email(world.ports, code_in(newest(world)))
    return account.user_id


async def test_who_asks_and_takes_back_hears_of_both() -> None:
    """In each language, with the day and without a link that acts by itself; the same fact again writes nothing."""
    world = World(sends_mail=True)
    user_id = await confirmed(world)
    handlers, before, due_at = ClosingFactHandlers(world.ports), len(world.waiting()), world.clock.now() + WEEK
    for _ in range(2):
        await handlers.asked(asked(user_id, due_at))
        await handlers.withdrawn(withdrawn(user_id))
    first, second = world.waiting()[before:]
    assert (first.to, second.to) == (EMAIL, EMAIL)
    for language in LANGUAGES:
        subject, text = letter(Occasion.CLOSING_ASKED, language, "https://us.example", day=due_at)
        assert subject in first.subject
        assert text in first.text
        assert letter(Occasion.CLOSING_WITHDRAWN, language, "https://us.example")[1] in second.text
    assert "#/" not in first.text + second.text


@pytest.mark.parametrize(("language", "told"), [("en", "on 3 March 2030,"), ("de", "am 3. März 2030 ")])
async def test_the_day_is_told_as_people_write_it(language: str, told: str) -> None:
    """The day of the erasure in UTC, with the month's name in the language of the mail."""
    day = datetime.datetime(2030, 3, 3, 23, 30, tzinfo=datetime.UTC)
    assert told in letter(Occasion.CLOSING_ASKED, language, "https://us.example", day=day)[1]


async def test_each_wish_of_a_confirmed_address_is_told() -> None:
    """A thief who asks, takes back and asks anew is told of each time; a stranger's address once a day."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    handlers, before, due_at = ClosingFactHandlers(world.ports), len(world.waiting()), world.clock.now() + WEEK
    for number in range(3):
        await handlers.asked(asked(account.user_id, due_at, f"unconfirmed {number}"))
    assert len(world.waiting()) == before + 1
    await verify_email(world.ports, code_in(world.waiting()[before - 1]))
    for number in range(3):
        await handlers.asked(asked(account.user_id, due_at, f"confirmed {number}"))
    assert len(world.waiting()) == before + 4


@pytest.mark.parametrize("is_confirmed", [True, False])
async def test_a_wish_that_was_taken_back_is_not_told_after_that(is_confirmed: bool) -> None:
    """The word of it may come last, and then says nothing; what is asked for anew since then is told."""
    world = World(sends_mail=True)
    user_id = await confirmed(world) if is_confirmed else (await sign_up(world.ports, EMAIL, PASSWORD, ""))[0].user_id
    handlers, before, due_at = ClosingFactHandlers(world.ports), len(world.waiting()), START + WEEK
    await handlers.withdrawn(withdrawn(user_id, at=START + MINUTE))
    await handlers.asked(asked(user_id, due_at, at=START))
    (told,) = world.waiting()[before:]
    assert letter(Occasion.CLOSING_WITHDRAWN, "en", "https://us.example")[1] in told.text
    await handlers.asked(asked(user_id, due_at, "3", at=START + 2 * MINUTE))
    _, anew = world.waiting()[before:]
    assert letter(Occasion.CLOSING_ASKED, "en", "https://us.example", day=due_at)[1] in anew.text


async def test_what_is_due_already_is_told_by_whoever_closes() -> None:
    """An erasure at once is no day to wait for; the closing itself is told, once, to the address that goes with it."""
    world = World(sends_mail=True)
    user_id = await confirmed(world)
    handlers, before = ClosingFactHandlers(world.ports), len(world.waiting())
    await handlers.asked(asked(user_id, world.clock.now()))
    assert len(world.waiting()) == before
    for _ in range(2):
        await close_account(world.ports, user_id)
    (last,) = world.waiting()[before:]
    assert last.to == EMAIL
    assert letter(Occasion.ACCOUNT_CLOSED, "de", "https://us.example")[1] in last.text
    world.clock.advance(seconds=LIVES.access.total_seconds())
    assert (await erase_account(world.ports, user_id)).is_finished
    assert not [mail for mail in world.waiting() if mail.to == EMAIL]


async def test_nobody_else_is_written_to() -> None:
    """People who are gone get nothing, and a fact of nobody, or without its moments, is dropped."""
    world = World(sends_mail=True)
    handlers, due_at = ClosingFactHandlers(world.ports), world.clock.now() + WEEK
    await handlers.asked(asked("usr_gone", due_at))
    await handlers.withdrawn(withdrawn("usr_gone"))
    assert world.waiting() == []
    of_no_day, of_no_moment, undone_at_none = asked("usr_1", due_at), asked("usr_1", due_at), withdrawn("usr_1")
    of_no_day.fact.ClearField("due_at")
    of_no_moment.fact.ClearField("asked_at")
    for fact in (asked("", due_at), of_no_day, of_no_moment):
        with pytest.raises(Unwanted):
            await handlers.asked(fact)
    undone_at_none.fact.ClearField("withdrawn_at")
    for undone in (withdrawn(""), undone_at_none):
        with pytest.raises(Unwanted):
            await handlers.withdrawn(undone)
