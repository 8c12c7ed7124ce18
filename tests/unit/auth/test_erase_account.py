"""The erasure of an account, through time."""

from __future__ import annotations

import pytest

from services.auth.app.ask_erasure_again import AFTER, ask_erasure_again
from services.auth.app.erase_account import erase_account
from services.auth.app.mailing_ports import MailerAway
from services.auth.app.refresh_session import refresh_session
from services.auth.domain.errors import SessionEnded as NoSession
from services.auth.domain.facts import AccountDeletionRequested, ApiKeyRevoked, SessionEnded
from tests.unit.auth.fakes import LIVES, World
from tests.unit.auth.signing_up import sign_up


async def test_an_erased_person_is_signed_out_and_soon_gone() -> None:
    """Sessions end at once and are told; the row that says so to a gateway that starts goes with the last token."""
    world = World()
    account, tokens = await sign_up(world.ports, "ada@example.org", "a long enough secret", "Ada")
    first = await erase_account(world.ports, account.user_id)
    assert not first.is_finished
    assert [type(fact) for fact in world.store.rows.facts[1:]] == [SessionEnded]
    with pytest.raises(NoSession):
        await refresh_session(world.ports, tokens.refresh_token)
    assert not (await erase_account(world.ports, account.user_id)).is_finished
    world.clock.advance(seconds=LIVES.access.total_seconds())
    done = await erase_account(world.ports, account.user_id)
    assert done.is_finished
    assert done.counts["sessions"] == done.counts["accounts"] == 1
    assert await erase_account(world.ports, account.user_id) == done
    assert not world.store.rows.accounts
    assert not world.store.rows.mails
    await sign_up(world.ports, "ada@example.org", "a long enough secret", "Ada")


async def test_mail_that_is_kept_here_goes_before_the_erasure_is_finished() -> None:
    """It goes by address while that is known, and by person until the end; while it cannot go, nothing is finished."""
    world = World(sends_mail=True)
    account, _ = await sign_up(world.ports, "ada@example.org", "a long enough secret", "Ada")
    await erase_account(world.ports, account.user_id)
    assert world.mailer.forgotten_of == [(account.user_id, "ada@example.org")]
    world.clock.advance(seconds=LIVES.access.total_seconds())
    world.mailer.fault = MailerAway("the mail folder cannot be written")
    done = await erase_account(world.ports, account.user_id)
    assert (done.is_finished, done.counts["accounts"]) == (False, 1)
    world.mailer.fault = None
    assert (await erase_account(world.ports, account.user_id)).is_finished
    assert world.mailer.forgotten_of[1:] == [(account.user_id, "")]


async def test_nobody_is_erased_without_a_trace_of_who_asks() -> None:
    """Somebody never heard of is finished at once, and nothing is told of them."""
    world = World()
    done = await erase_account(world.ports, "usr_nobody")
    assert (done.is_finished, done.counts) == (True, {})
    assert not [fact for fact in world.store.rows.facts if isinstance(fact, SessionEnded | ApiKeyRevoked)]


async def test_a_lost_request_is_made_again() -> None:
    """Who was closed and is still here an hour later is asked for again, until they are gone."""
    world = World()
    account, _ = await sign_up(world.ports, "ada@example.org", "a long enough secret", "Ada")
    closed_at = world.clock.now()
    async with world.ports.store.transaction() as work:
        await work.accounts.close(account.user_id, closed_at)
    assert await ask_erasure_again(world.ports) == 0
    world.clock.advance(seconds=AFTER.total_seconds() + 1)
    assert await ask_erasure_again(world.ports) == 1
    assert world.store.rows.facts[-1] == AccountDeletionRequested(account.user_id, closed_at)
    await erase_account(world.ports, account.user_id)
    world.clock.advance(seconds=LIVES.access.total_seconds())
    assert (await erase_account(world.ports, account.user_id)).is_finished
    assert await ask_erasure_again(world.ports) == 0
