"""People of another issuer: what is kept of what it says, and that its end of them closes every door."""

from __future__ import annotations

import datetime

import pytest

from services.auth.app.answer_device_sign_in import answer_device_sign_in
from services.auth.app.create_api_key import create_api_key
from services.auth.app.end_identity import end_identity
from services.auth.app.get_account import get_account
from services.auth.app.keep_profile import keep_profile
from services.auth.app.open_session import open_session
from services.auth.app.redeem_device_sign_in import redeem_device_sign_in
from services.auth.app.refresh_session import refresh_session
from services.auth.app.request_password_reset import request_password_reset
from services.auth.app.request_verification import request_verification
from services.auth.app.reset_password import reset_password
from services.auth.app.sign_in import sign_in
from services.auth.app.start_device_sign_in import start_device_sign_in
from services.auth.app.verify_api_key import verify_api_key
from services.auth.domain.email_address import parse_email
from services.auth.domain.errors import (
    AccountNotFound,
    ApiKeyRefused,
    CodeSpent,
    DeviceCodeNotFound,
    SessionEnded,
    WrongCredentials,
)
from services.auth.domain.facts import AccountDeletionRequested, ApiKeyRevoked
from services.auth.domain.identity import Profile
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up

ISSUER, SUBJECT, EMAIL, PASSWORD = "https://clerk.example", "user_1", "ada@example.org", "a long enough secret"
TOLD_AT = datetime.datetime(2029, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def world() -> World:
    return World(sends_mail=True)


async def _kept(world: World, email: str, *, days: int = 0) -> str:
    address = parse_email(email) if email else None
    profile = Profile(SUBJECT, address, "", TOLD_AT + datetime.timedelta(days=days))
    async with world.store.transaction() as work:
        identity = await keep_profile(world.ports, work, ISSUER, profile)
    assert identity.user_id is not None
    return identity.user_id


async def _end(world: World) -> bool:
    async with world.store.transaction() as work:
        return await end_identity(world.ports, work, ISSUER, SUBJECT)


async def _is_verified(world: World, user_id: str) -> bool:
    return (await get_account(world.ports, user_id)).email_verified_at is not None


async def test_an_address_that_the_issuer_verified_is_verified(world: World) -> None:
    """Nobody is asked to confirm what their issuer has confirmed, at first or later; without an address nothing is."""
    assert await _is_verified(world, await _kept(world, EMAIL))
    later = World()
    user_id = await _kept(later, "")
    assert not await _is_verified(later, user_id)
    await _kept(later, EMAIL, days=1)
    assert await _is_verified(later, user_id)


async def test_a_taken_address_is_nothing_that_was_verified(world: World) -> None:
    """Who gets no address, because another account has it, has none that is confirmed."""
    await sign_up(world.ports, EMAIL, PASSWORD, "")
    user_id = await _kept(world, EMAIL)
    assert not await _is_verified(world, user_id)
    await _kept(world, EMAIL, days=1)
    assert not await _is_verified(world, user_id)


async def test_nothing_is_mailed_to_nobody(world: World) -> None:
    """Who has no address is sent no mail about it."""
    await request_verification(world.ports, await _kept(world, ""), "en")
    assert world.waiting() == []


async def test_nothing_of_theirs_opens_anything_after_the_end(world: World) -> None:
    """Sessions, keys, approved programs, passwords and mailed codes all end with a person, and the gateway is told."""
    user_id = await _kept(world, EMAIL)
    await request_password_reset(world.ports, EMAIL, "en")
    code, waiting = (await _mailed(world)), await _mailed_again(world)
    await reset_password(world.ports, code, PASSWORD, "en")
    async with world.store.transaction() as work:
        session = await open_session(world.ports, work, user_id)
    key, secret = await create_api_key(
        world.ports, user_id, "backup", ["tracks:read"], 0, never=True, idempotency_key=""
    )
    codes = await start_device_sign_in(world.ports, "stripsession", "203.0.113.7")
    await answer_device_sign_in(world.ports, user_id, codes.user_code, approve=True)
    assert await _end(world)
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, session.refresh_token)
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, secret)
    with pytest.raises(DeviceCodeNotFound):
        await redeem_device_sign_in(world.ports, codes.device_code)
    with pytest.raises(WrongCredentials):
        await sign_in(world.ports, EMAIL, PASSWORD)
    with pytest.raises(CodeSpent):
        await reset_password(world.ports, waiting, PASSWORD, "en")
    facts = world.store.rows.facts
    assert ApiKeyRevoked(key.key_id, user_id) in facts
    assert [fact.user_id for fact in facts if isinstance(fact, AccountDeletionRequested)] == [user_id]
    assert not await _end(world)


async def test_no_way_in_is_made_after_the_end(world: World) -> None:
    """A token that still lives for a minute makes no key, approves no program and gets no mail."""
    user_id = await _kept(world, EMAIL)
    await _end(world)
    codes = await start_device_sign_in(world.ports, "stripsession", "203.0.113.7")
    with pytest.raises(AccountNotFound):
        await create_api_key(world.ports, user_id, "backup", ["tracks:read"], 0, never=True, idempotency_key="")
    with pytest.raises(AccountNotFound):
        await answer_device_sign_in(world.ports, user_id, codes.user_code, approve=True)
    with pytest.raises(AccountNotFound):
        await request_verification(world.ports, user_id, "en")
    await sign_up(world.ports, EMAIL, PASSWORD, "")


async def _mailed(world: World) -> str:
    return world.waiting()[-1].text.partition("/#/reset/")[2].split()[0]


async def _mailed_again(world: World) -> str:
    await request_password_reset(world.ports, EMAIL, "en")
    return await _mailed(world)
