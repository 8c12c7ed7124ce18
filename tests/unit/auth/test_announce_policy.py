"""A version that is to come is written of once to everybody, whatever dies meanwhile, and a little at a time."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from services.auth.app import announce_policy as verb
from services.auth.app.announce_policy import BATCH, TRIES_NEW, WAITING_MAX, announce_policy
from services.auth.app.close_account import close_account
from services.auth.app.keep_policy_versions import keep_policy_versions
from services.auth.app.write_mail import write_announcement
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.policy_version import PolicyVersion
from tests.unit.auth.fakes import World
from tests.unit.auth.policies import ALL, DAY, FIRST, NOW, SECOND, THIRD, published


async def people(world: World, count: int, *, first: int = 0, age_h: float = 12) -> list[str]:
    """So many accounts of that age."""
    names = [f"usr_{number:05}" for number in range(first, first + count)]
    async with world.store.transaction() as work:
        for name in names:
            await work.accounts.add(
                Account(
                    name, parse_email(f"{name}@example.org"), "", world.clock.now() - datetime.timedelta(hours=age_h)
                )
            )
    return names


def addressed(world: World) -> list[str]:
    return [mail.to for mail in world.waiting()]


async def walked(world: World) -> list[str]:
    """Whom a whole walk writes to, its mails being sent as they come."""
    written = []
    while await announce_policy(world.ports):
        written += addressed(world)
        world.store.rows.mails.clear()
    return written


async def test_everybody_is_written_to_once() -> None:
    """Some at a time, over as many batches as it takes, and never again, also by the next walk."""
    world = await published(sends_mail=True)
    names = await people(world, 2 * BATCH + 7)
    assert await announce_policy(world.ports) == BATCH
    assert addressed(world) == [f"{name}@example.org" for name in names[:BATCH]]
    world.store.rows.mails.clear()
    assert await walked(world) == [f"{name}@example.org" for name in names[BATCH:]]
    assert await announce_policy(world.ports) == 0
    world.clock.advance(hours=2)
    assert await walked(world) == []


async def test_it_says_what_is_new_in_each_language() -> None:
    """Nobody knows which language somebody reads: day, number, what is new and the way there stand in both."""
    world = await published(sends_mail=True)
    await people(world, 1)
    await announce_policy(world.ports)
    (mail,) = world.waiting()
    assert (
        "changes on 11 January 2030 / Die Datenschutzerklärung von StripSession ändert sich am 11. Januar"
        in mail.subject
    )
    for told in ("version 3", "Fassung 3", THIRD.changes["en"], THIRD.changes["de"]):
        assert told in mail.text
    for language in ("en", "de"):
        assert f"https://us.example/privacy?version=3&lang={language}" in mail.text
    assert mail.expires_at == NOW + 7 * DAY


async def test_who_comes_meanwhile_is_written_to_by_the_next_walk() -> None:
    """Whoever signs up after a walk has passed is told within the hour."""
    world = await published(sends_mail=True)
    await people(world, 3, first=10)
    assert len(await walked(world)) == 3
    (late,) = await people(world, 1)
    assert await walked(world) == []
    world.clock.advance(hours=1)
    assert await walked(world) == [f"{late}@example.org"]


async def test_who_has_just_come_is_written_to_by_a_later_walk() -> None:
    """Nobody is told of the next policy as they sign up for this one; an hour later they are."""
    world = await published(sends_mail=True)
    (new,) = await people(world, 1, age_h=0.25)
    assert await walked(world) == []
    world.clock.advance(hours=1)
    assert await walked(world) == [f"{new}@example.org"]


async def test_who_is_closed_or_has_no_address_is_left_out() -> None:
    """A closed account hears nothing more, and the walk goes on behind it."""
    world = await published(sends_mail=True)
    closed, open_one = await people(world, 2)
    async with world.store.transaction() as work:
        await work.accounts.add(Account("usr_none", NO_EMAIL, "", NOW))
    await close_account(world.ports, closed)
    world.store.rows.mails.clear()
    assert await walked(world) == [f"{open_one}@example.org"]


async def test_a_batch_that_dies_is_done_again_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written in it is not, with all that it noted: nobody is written to twice, and nobody is left out."""
    world = await published(sends_mail=True)
    names = await people(world, 5)
    write = write_announcement
    left = [3]

    async def dying(*arguments: object) -> None:
        if not left[0]:
            raise ConnectionError("died")
        left[0] -= 1
        await write(*arguments)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(verb, "write_announcement", dying)
    with pytest.raises(ConnectionError):
        await announce_policy(world.ports)
    assert (addressed(world), world.store.rows.tellings) == ([], {})
    left[0] = 100
    assert await walked(world) == [f"{name}@example.org" for name in names]


async def test_no_more_is_announced_than_mail_keeps_up_with() -> None:
    """While a hundred mails wait nothing is added: the link that somebody waits for is in the same line."""
    world = await published(sends_mail=True)
    await people(world, BATCH + WAITING_MAX)
    assert await announce_policy(world.ports) == BATCH
    assert await announce_policy(world.ports) == 0
    assert len(world.waiting()) == BATCH
    world.store.rows.mails.clear()
    assert await announce_policy(world.ports) == WAITING_MAX


async def test_mail_that_nobody_takes_holds_no_announcing_up() -> None:
    """A hundred addresses that take nothing for days are none of the line that others wait in."""
    world = await published(sends_mail=True)
    names = await people(world, BATCH + WAITING_MAX)
    await announce_policy(world.ports)
    for mail in world.store.rows.mails.values():
        mail.tries, mail.due_at = TRIES_NEW, NOW + DAY
    assert await announce_policy(world.ports) == WAITING_MAX
    assert set(addressed(world)) == {f"{name}@example.org" for name in names}


async def test_who_was_written_to_is_not_looked_at_again() -> None:
    """The walk of an hour later takes those alone who have come: it costs no writing for everybody else."""
    world = await published(sends_mail=True)
    await people(world, 3)
    assert await announce_policy(world.ports) == 3
    world.clock.advance(hours=1)
    await people(world, 1, first=3)
    assert await announce_policy(world.ports) == 1
    world.clock.advance(hours=1)
    assert await announce_policy(world.ports) == 0


@pytest.mark.parametrize("is_superseded", [True, False])
async def test_a_walk_that_does_not_go_on_names_nobody(*, is_superseded: bool) -> None:
    """Nothing is announced of a version that another followed, nor where no mail is sent: none stays midway."""
    world = await published(sends_mail=True)
    await people(world, 2 * BATCH)
    await announce_policy(world.ports)
    assert world.store.rows.walks[3][0]
    world.store.rows.mails.clear()
    if is_superseded:
        await keep_policy_versions(world.ports, [PolicyVersion(4, NOW + 20 * DAY)])
        world.clock.advance(days=21)
        await announce_policy(world.ports)
    else:
        await announce_policy(dataclasses.replace(world.ports, mailing=None))
    assert world.store.rows.walks[3][0] == ""


async def test_what_is_in_force_already_is_told_late_to_who_was_here_before() -> None:
    """Auth heard of it after its day: those whose account is older are told that it has changed, and nobody else."""
    world = await published(FIRST, SECOND, sends_mail=True)
    older = await people(world, 1, age_h=120)
    await people(world, 1, first=1)
    assert await walked(world) == [f"{older[0]}@example.org"]
    world = await published(FIRST, SECOND, sends_mail=True)
    await people(world, 1, age_h=120)
    await announce_policy(world.ports)
    assert world.waiting()[0].subject.startswith("The privacy policy of StripSession has changed")


async def test_where_no_mail_is_sent_nobody_is_said_to_have_been_told() -> None:
    """The notice remains; nothing is noted of a mail that never was."""
    world = await published()
    await people(world, 3)
    assert await announce_policy(world.ports) == 0
    assert world.store.rows.tellings == {}


async def test_before_any_version_is_known_nothing_is_announced() -> None:
    """Nor where the one in force is the only one, and everybody came after its day."""
    world = World(sends_mail=True)
    await people(world, 2)
    assert await announce_policy(world.ports) == 0
    await keep_policy_versions(world.ports, [PolicyVersion(1, NOW - DAY)])
    assert await walked(world) == []
    await keep_policy_versions(world.ports, ALL)
    assert len(await walked(world)) == 2
