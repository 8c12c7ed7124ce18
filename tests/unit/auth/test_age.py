"""An account is for people of 13 or older: who says so, when that is kept, and that nothing is kept of who does not."""

from __future__ import annotations

import dataclasses

import pytest

from services.auth.app.confirm_age import confirm_age
from services.auth.app.confirm_sign_up import confirm_sign_up
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.get_account import get_account
from services.auth.app.keep_profile import keep_profile
from services.auth.app.sign_up import new_person
from services.auth.app.sign_up import sign_up as sign_up_as_asked
from services.auth.domain.account import Account
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import AccountNotFound, AgeNotConfirmed
from services.auth.domain.identifiers import new_user_id
from services.auth.domain.identity import Profile
from tests.unit.auth.fakes import World
from tests.unit.auth.provider_street import Street
from tests.unit.auth.signing_up import sign_up
from tests.unit.auth.waiting_mail import code_in, newest

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


async def of_before(world: World, email: str = EMAIL) -> Account:
    """An account that was made where nobody asked."""
    account = Account(new_user_id(), parse_email(email), "", world.clock.now())
    async with world.store.transaction() as work:
        await work.accounts.add(account)
    return account


async def test_a_sign_up_keeps_when_it_was_said() -> None:
    """Who signs up says that they are old enough, and that moment is the account's."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    assert account.age_confirmed_at == world.clock.now()
    assert await get_account(world.ports, account.user_id) == account


def test_who_does_not_say_so_is_refused_before_all_else() -> None:
    """Neither an address nor a password is looked at of somebody who may have no account."""
    for email, password in ((EMAIL, PASSWORD), ("no address", "x")):
        with pytest.raises(AgeNotConfirmed):
            new_person(email, password, "", confirms_age=False)


async def test_a_sign_up_that_waits_for_its_mail_keeps_when_it_was_said() -> None:
    """The account is made a while later, and has the moment at which its person was asked."""
    world = World(confirms_sign_ups=True)
    await sign_up_as_asked(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    asked_at = world.clock.now()
    world.clock.advance(hours=1)
    account, _ = await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    assert account.age_confirmed_at == asked_at


async def test_a_sign_up_that_waited_since_before_makes_an_account_that_is_asked() -> None:
    """What the server did not ask when the sign-up came, it does not take as said."""
    world = World(confirms_sign_ups=True)
    await sign_up_as_asked(world.ports, new_person(EMAIL, PASSWORD, "", confirms_age=True))
    pending = world.store.rows.pending
    for code_hash, each in pending.items():
        pending[code_hash] = dataclasses.replace(each, age_confirmed_at=None)
    account, _ = await confirm_sign_up(world.ports, code_in(newest(world)), PASSWORD)
    assert account.age_confirmed_at is None


async def test_somebody_new_by_a_provider_has_it_kept() -> None:
    """An account that is made by a provider has the moment at which its person said so."""
    street = Street()
    account = await street.sign_in()
    assert account.age_confirmed_at == street.world.clock.now()


async def test_whom_another_issuer_vouches_for_is_asked_once() -> None:
    """Nobody has asked them; the first time that they say so stands, however often they do."""
    world = World()
    profile = Profile("user_1", parse_email(EMAIL), "", world.clock.now())
    async with world.store.transaction() as work:
        identity = await keep_profile(world.ports, work, "https://clerk.example", profile)
    user_id = identity.user_id or ""
    assert (await get_account(world.ports, user_id)).age_confirmed_at is None
    said_at = world.clock.now()
    for _ in range(2):
        assert (await confirm_age(world.ports, user_id, confirms_age=True)).age_confirmed_at == said_at
        world.clock.advance(hours=1)


async def test_who_is_asked_and_does_not_say_so_has_nothing_noted() -> None:
    """A no changes nothing, nor does a yes for an account that is closed or is nobody's."""
    world = World()
    account = await of_before(world)
    with pytest.raises(AgeNotConfirmed):
        await confirm_age(world.ports, account.user_id, confirms_age=False)
    assert await get_account(world.ports, account.user_id) == account
    async with world.store.transaction() as work:
        await work.accounts.close(account.user_id, world.clock.now())
    for user_id in (account.user_id, "usr_nobody"):
        with pytest.raises(AccountNotFound):
            await confirm_age(world.ports, user_id, confirms_age=True)


async def test_a_link_makes_no_account_unless_its_operator_says_so() -> None:
    """Without that word somebody new gets neither account nor link; with it the account has it noted."""
    world = World()
    with pytest.raises(AgeNotConfirmed):
        await create_sign_in_link(world.ports, EMAIL)
    assert (world.store.rows.accounts, world.store.rows.links) == ({}, {})
    made = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    assert (await get_account(world.ports, made.user_id)).age_confirmed_at == world.clock.now()


async def test_a_link_for_an_account_of_before_says_nothing_that_was_not_said() -> None:
    """A link signs them in as ever; only the operator's word notes it, and an earlier moment stands."""
    world = World()
    account = await of_before(world)
    await create_sign_in_link(world.ports, EMAIL)
    assert (await get_account(world.ports, account.user_id)).age_confirmed_at is None
    said_at = world.clock.now()
    for _ in range(2):
        await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
        assert (await get_account(world.ports, account.user_id)).age_confirmed_at == said_at
        world.clock.advance(hours=1)
