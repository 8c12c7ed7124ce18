"""An account that is closed before its erasure: every way in ends at once."""

from __future__ import annotations

import datetime

import pytest

from services.auth.app.answer_device_sign_in import answer_device_sign_in
from services.auth.app.close_account import close_account
from services.auth.app.create_api_key import create_api_key
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.erase_account import erase_account
from services.auth.app.keep_profile import keep_profile
from services.auth.app.redeem_device_sign_in import redeem_device_sign_in
from services.auth.app.redeem_sign_in_link import redeem_sign_in_link
from services.auth.app.refresh_session import refresh_session
from services.auth.app.sign_in import sign_in
from services.auth.app.start_device_sign_in import start_device_sign_in
from services.auth.app.verify_api_key import verify_api_key
from services.auth.domain.errors import (
    ApiKeyRefused,
    DeviceCodeNotFound,
    LinkSpent,
    SessionEnded,
    WrongCredentials,
)
from services.auth.domain.facts import AccountDeletionRequested, ApiKeyRevoked
from services.auth.domain.facts import SessionEnded as SessionEndedFact
from services.auth.domain.identity import Profile
from tests.unit.auth.fakes import LIVES, World
from tests.unit.auth.signing_up import sign_up

ISSUER, SUBJECT, EMAIL, PASSWORD = "https://clerk.example", "user_1", "ada@example.org", "a long enough secret"


async def test_nothing_opens_a_closed_account() -> None:
    """Sessions, keys, passwords, links and approved programs end in one commit, and the gateway is told."""
    world = World()
    account, tokens = await sign_up(world.ports, EMAIL, PASSWORD, "Ada")
    user_id = account.user_id
    key, secret = await create_api_key(
        world.ports, user_id, "backup", ["tracks:read"], 0, never=True, idempotency_key=""
    )
    link = (await create_sign_in_link(world.ports, EMAIL, confirms_age=True)).code
    codes = await start_device_sign_in(world.ports, "stripsession", "203.0.113.7")
    await answer_device_sign_in(world.ports, user_id, codes.user_code, approve=True)
    neighbour, theirs = await sign_up(world.ports, "bob@example.org", PASSWORD, "Bob")

    await close_account(world.ports, user_id)
    with pytest.raises(SessionEnded):
        await refresh_session(world.ports, tokens.refresh_token)
    with pytest.raises(ApiKeyRefused):
        await verify_api_key(world.ports, secret)
    with pytest.raises(WrongCredentials):
        await sign_in(world.ports, EMAIL, PASSWORD)
    with pytest.raises(LinkSpent):
        await redeem_sign_in_link(world.ports, link)
    with pytest.raises(DeviceCodeNotFound):
        await redeem_device_sign_in(world.ports, codes.device_code)
    facts = world.store.rows.facts
    assert ApiKeyRevoked(key.key_id, user_id) in facts
    assert [type(fact) for fact in facts].count(SessionEndedFact) == 1
    assert (await refresh_session(world.ports, theirs.refresh_token)).user_id == neighbour.user_id


async def test_an_issuers_word_opens_no_closed_account() -> None:
    """Whoever comes with a token of another issuer is somebody whom that has ended, until they are erased and after."""
    world = World()
    async with world.store.transaction() as work:
        profile = Profile(SUBJECT, None, "", datetime.datetime(2029, 1, 1, tzinfo=datetime.UTC))
        user_id = (await keep_profile(world.ports, work, ISSUER, profile)).user_id
    assert user_id is not None
    await close_account(world.ports, user_id)
    async with world.store.transaction() as work:
        known = await work.identities.get(ISSUER, SUBJECT)
    assert known is not None
    assert known.ended_at == world.clock.now()


async def test_closing_asks_for_nothing_and_is_repeated_without_harm() -> None:
    """Whoever closes an account sees to its erasure; twice, or of nobody, it changes and tells nothing."""
    world = World()
    account, _ = await sign_up(world.ports, EMAIL, PASSWORD, "Ada")
    await close_account(world.ports, account.user_id)
    told = list(world.store.rows.facts)
    await close_account(world.ports, account.user_id)
    await close_account(world.ports, "usr_nobody")
    assert world.store.rows.facts == told
    assert not [fact for fact in told if isinstance(fact, AccountDeletionRequested)]
    world.clock.advance(seconds=LIVES.access.total_seconds())
    done = await erase_account(world.ports, account.user_id)
    assert (done.is_finished, done.counts["sessions"], done.counts["accounts"]) == (True, 1, 1)
