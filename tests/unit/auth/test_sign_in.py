"""Signing up, in and out, and by link."""

from __future__ import annotations

import asyncio

import pytest

from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.forget_remains import BATCH, forget_remains
from services.auth.app.get_account import get_account
from services.auth.app.redeem_sign_in_link import redeem_sign_in_link
from services.auth.app.refresh_session import refresh_session
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_out import sign_out
from services.auth.app.update_account import update_account
from services.auth.domain.errors import (
    AccountNotFound,
    DisplayNameTooLong,
    EmailTaken,
    HashingBusy,
    InvalidEmail,
    LinkSpent,
    SessionEnded,
    WeakPassword,
    WrongCredentials,
)
from services.auth.domain.facts import AccountCreated
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up

EMAIL, PASSWORD = "ada@example.org", "a long enough secret"


async def test_sign_up_makes_an_account_and_a_session() -> None:
    """A new person gets an account, a session, and one fact about it."""
    world = World()
    account, tokens = await sign_up(world.ports, " Ada@Example.org ", PASSWORD, "Ada")
    assert (account.email.typed, account.display_name) == ("Ada@Example.org", "Ada")
    assert tokens.user_id == account.user_id
    assert world.store.rows.facts == [AccountCreated(account.user_id, account.created_at)]
    assert (await refresh_session(world.ports, tokens.refresh_token)).user_id == account.user_id


async def test_sign_up_with_a_taken_address() -> None:
    """An address that is taken is refused in any spelling, before any hash is computed."""
    world = World()
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    hashed = world.hasher.hashed
    with pytest.raises(EmailTaken):
        await sign_up(world.ports, EMAIL.upper(), PASSWORD, "")
    assert world.hasher.hashed == hashed


async def test_concurrent_sign_ups() -> None:
    """Of several sign-ups at once with one address, exactly one succeeds."""
    world = World()
    answers = await asyncio.gather(
        *(sign_up(world.ports, EMAIL, PASSWORD, "") for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(answer, EmailTaken) for answer in answers) == 3
    assert len(world.store.rows.accounts) == len(world.store.rows.sessions) == len(world.store.rows.facts) == 1


@pytest.mark.parametrize(
    ("email", "password", "name", "error"),
    [
        ("nobody", PASSWORD, "", InvalidEmail),
        (EMAIL, "short", "", WeakPassword),
        (EMAIL, PASSWORD, "x" * 101, DisplayNameTooLong),
    ],
)
async def test_unfit_sign_up(email: str, password: str, name: str, error: type[Exception]) -> None:
    """What is unfit is refused before any work is done for it."""
    world = World()
    with pytest.raises(error):
        await sign_up(world.ports, email, password, name)
    assert (world.hasher.hashed, world.store.rows.accounts) == (0, {})


async def test_sign_in() -> None:
    """The right password opens a new session of the same person, whatever the address's case."""
    world = World()
    account, first = await sign_up(world.ports, EMAIL, PASSWORD, "")
    found, second = await sign_in(world.ports, "ADA@EXAMPLE.ORG", PASSWORD)
    assert found == account
    assert second.refresh_token != first.refresh_token
    assert len(world.store.rows.sessions) == 2


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org", "linked@example.org", "not an address", "\0@x.org"])
async def test_wrong_credentials_cost_the_same(email: str) -> None:
    """A wrong password, an unknown address, no password set and no address at all each cost one verification."""
    world = World()
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    await create_sign_in_link(world.ports, "linked@example.org", confirms_age=True)
    before = (world.hasher.verified, world.hasher.hashed)
    with pytest.raises(WrongCredentials) as caught:
        await sign_in(world.ports, email, "a wrong password")
    assert (world.hasher.verified, world.hasher.hashed) == (before[0] + 1, before[1])
    assert str(caught.value) == ""


@pytest.mark.parametrize("password", ["", "x" * 257, "x" * 1_000_000])
async def test_impossible_passwords_cost_nothing(password: str) -> None:
    """A password that nobody can have is wrong at once, for known and unknown addresses alike."""
    world = World()
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    for email in (EMAIL, "nobody@example.org"):
        with pytest.raises(WrongCredentials):
            await sign_in(world.ports, email, password)
    assert world.hasher.verified == 0


async def test_password_in_another_composition() -> None:
    """The same characters typed on another keyboard are the same password."""
    world = World()
    await sign_up(world.ports, EMAIL, "caf\u00e9 au lait", "")
    account, _ = await sign_in(world.ports, EMAIL, "cafe\u0301 au lait")
    assert account.email.key == EMAIL


async def test_hash_grows_with_the_settings() -> None:
    """A hash made with less work than now asked for is replaced at the next sign-in, once."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.hasher.strength = 2
    await sign_in(world.ports, EMAIL, PASSWORD)
    assert world.store.rows.accounts[account.user_id].password_hash == f"2:{PASSWORD}"
    hashed = world.hasher.hashed
    await sign_in(world.ports, EMAIL, PASSWORD)
    assert world.hasher.hashed == hashed


async def test_busy_hasher() -> None:
    """A busy hasher refuses a sign-in, but a postponed rehash never does."""
    world = World()
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.hasher.strength = 2
    world.hasher.busy_after = 2
    await sign_in(world.ports, EMAIL, PASSWORD)
    with pytest.raises(HashingBusy) as caught:
        await sign_in(world.ports, EMAIL, PASSWORD)
    assert caught.value.retry_after_s == 1.0


async def test_sign_out() -> None:
    """Any token of a session ends it, again and again; an unknown one ends nothing."""
    world = World()
    _, tokens = await sign_up(world.ports, EMAIL, PASSWORD, "")
    _, other = await sign_in(world.ports, EMAIL, PASSWORD)
    newer = await refresh_session(world.ports, tokens.refresh_token)
    await sign_out(world.ports, tokens.refresh_token)
    await sign_out(world.ports, tokens.refresh_token)
    await sign_out(world.ports, "unknown")
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, newer.refresh_token)
    assert (await refresh_session(world.ports, other.refresh_token)).user_id == other.user_id


async def test_idle_session_ends() -> None:
    """A session ends after thirty days without use, and each use begins them anew."""
    world = World()
    _, tokens = await sign_up(world.ports, EMAIL, PASSWORD, "")
    world.clock.advance(days=29)
    tokens = await refresh_session(world.ports, tokens.refresh_token)
    world.clock.advance(days=29)
    tokens = await refresh_session(world.ports, tokens.refresh_token)
    world.clock.advance(days=30)
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, tokens.refresh_token)


async def test_link_makes_and_finds_an_account() -> None:
    """A link makes the account the first time, finds it the next, and signs in without a password."""
    world = World()
    link = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    account, tokens = await redeem_sign_in_link(world.ports, link.code)
    assert tokens.user_id == account.user_id == link.user_id
    again = await create_sign_in_link(world.ports, EMAIL.upper())
    assert again.user_id == link.user_id
    assert len(world.store.rows.facts) == 1


async def test_link_is_spent() -> None:
    """A code works once, and not after ten minutes, and not when made up."""
    world = World()
    link = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    answers = await asyncio.gather(
        *(redeem_sign_in_link(world.ports, link.code) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(answer, LinkSpent) for answer in answers) == 3
    late = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    world.clock.advance(minutes=10)
    for code in (late.code, "made up", ""):
        with pytest.raises(LinkSpent):
            await redeem_sign_in_link(world.ports, code)


async def test_account_is_shown_and_renamed() -> None:
    """A person sees and renames their account; nobody's account is not found."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "Ada")
    assert await get_account(world.ports, account.user_id) == account
    renamed = await update_account(world.ports, account.user_id, "  Ada\nLovelace\u202e ")
    assert renamed.display_name == "Ada Lovelace"
    assert await update_account(world.ports, account.user_id, None) == renamed
    with pytest.raises(AccountNotFound):
        await get_account(world.ports, "usr_nobody")
    with pytest.raises(AccountNotFound):
        await update_account(world.ports, "usr_nobody", "x")


async def test_remains_are_forgotten_after_a_week() -> None:
    """What was over for a week is removed, however much it is; what lives stays."""
    world = World()
    for _ in range(BATCH + 1):
        await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    _, ended = await sign_up(world.ports, "eve@example.org", PASSWORD, "")
    await sign_out(world.ports, ended.refresh_token)
    _, living = await sign_in(world.ports, "eve@example.org", PASSWORD)
    world.clock.advance(days=7)
    assert await forget_remains(world.ports) == 0
    world.clock.advance(minutes=11)
    assert await forget_remains(world.ports) == BATCH + 2
    assert (await refresh_session(world.ports, living.refresh_token)).user_id == living.user_id


async def test_nothing_stored_is_a_secret() -> None:
    """Neither a refresh token nor a code can be read from what is stored or shown by repr."""
    world = World()
    _, tokens = await sign_up(world.ports, EMAIL, PASSWORD, "")
    link = await create_sign_in_link(world.ports, EMAIL, confirms_age=True)
    shown = repr(world.store.rows) + repr(tokens) + repr(link)
    for secret in (tokens.refresh_token, tokens.access.text, link.code, EMAIL, PASSWORD):
        assert secret not in shown
