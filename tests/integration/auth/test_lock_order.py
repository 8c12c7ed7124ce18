"""Rows that two transactions want at once, on PostgreSQL: each takes the account first, so neither waits for ever."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from services.auth.app.answer_device_sign_in import answer_device_sign_in
from services.auth.app.close_account import close_account
from services.auth.app.connections import connect_provider
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.describe_device_sign_in import describe_device_sign_in, waiting
from services.auth.app.end_identity import end_identity
from services.auth.app.keep_profile import keep_profile
from services.auth.app.ports import Ports, Work
from services.auth.app.receive_provider_answer import ProviderAnswer, receive_provider_answer
from services.auth.app.redeem_device_sign_in import redeem_device_sign_in
from services.auth.app.redeem_sign_in_link import redeem_sign_in_link
from services.auth.app.reset_password import reset_password
from services.auth.app.start_device_sign_in import start_device_sign_in
from services.auth.app.start_provider_sign_in import start_provider_sign_in
from services.auth.app.undo_email_change import undo_email_change
from services.auth.domain.email_address import NO_EMAIL, parse_email
from services.auth.domain.email_code import EmailCode, Purpose
from services.auth.domain.errors import AccountNotFound, DeviceCodeNotFound, DeviceSignInPending, LinkSpent
from services.auth.domain.identifiers import fingerprint
from services.auth.domain.identity import Profile
from services.auth.domain.provider_errors import ProviderSignInSpent
from services.auth.domain.provider_sign_in import Connecting, Told
from services.auth.domain.session import RefreshToken, Session
from services.auth.events.envelopes import encode
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from stripsession.auth.v1.events_pb2 import AccountReclaimed
from tests.unit.auth.fake_providers import SayingProvider, offering
from tests.unit.auth.fakes import World
from tests.unit.auth.signing_up import sign_up

pytestmark = pytest.mark.asyncio(loop_scope="module")

ISSUER = "https://clerk.example"
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


@dataclasses.dataclass
class Person:
    """Somebody with a program that waits for them, and an identity elsewhere."""

    ports: Ports
    user_id: str
    email: str
    subject: str
    user_code: str
    device_code: str

    async def meet(self, database: Database, act: Awaitable[Any], then: Callable[[Work], Awaitable[Any]]) -> Any:
        """What comes of an act that waits for the account while it is closed, which goes on to `then`."""
        async with self.ports.store.transaction() as work:
            await work.accounts.close(self.user_id, self.ports.clock.now())
            acting = asyncio.ensure_future(act)
            async with asyncio.timeout(10):
                while not acting.done() and not await database.pool.fetchval(WAITING):
                    pass
            await then(work)
        return (await asyncio.gather(acting, return_exceptions=True))[0]


@pytest_asyncio.fixture(loop_scope="module")
async def person(database: Database) -> Person:
    world = World()
    ports = dataclasses.replace(world.ports, store=PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))))
    email = f"{secrets.token_hex(8)}@example.org"
    account, _ = await sign_up(ports, email, "a long enough secret", "Ada")
    started = await start_device_sign_in(ports, "a program", "")
    subject = secrets.token_hex(8)
    async with ports.store.transaction() as work:
        identity = await work.identities.claim(ISSUER, subject, ports.clock.now())
        await work.identities.keep(dataclasses.replace(identity, user_id=account.user_id))
    return Person(ports, account.user_id, email, subject, started.user_code, started.device_code)


async def test_a_program_is_looked_at_answered_and_fetched_after_its_account(
    person: Person, database: Database
) -> None:
    """Whoever closes the account takes away the program that waits for it, though somebody is about to use that."""
    await describe_device_sign_in(person.ports, person.user_id, person.user_code)
    await answer_device_sign_in(person.ports, person.user_id, person.user_code, approve=True)
    fetched = redeem_device_sign_in(person.ports, person.device_code)
    came = await person.meet(database, fetched, lambda work: work.device_sign_ins.remove_of(person.user_id))
    assert isinstance(came, DeviceCodeNotFound)


async def test_a_program_that_is_approved_as_it_asks_is_told_next_time(person: Person, database: Database) -> None:
    """Its account was not held before it: it is told to wait, and the next time it is in."""
    async with person.ports.store.transaction() as work:
        sign_in = await waiting(person.ports, work, person.user_id, person.user_code)
        asking = asyncio.ensure_future(redeem_device_sign_in(person.ports, person.device_code))
        async with asyncio.timeout(10):
            while not asking.done() and not await database.pool.fetchval(WAITING):
                pass
        await work.device_sign_ins.change(dataclasses.replace(sign_in, user_id=person.user_id, approved=True))
    with pytest.raises(DeviceSignInPending):
        await asking
    account, _ = await redeem_device_sign_in(person.ports, person.device_code)
    assert account.user_id == person.user_id


@pytest.mark.parametrize("answers", [False, True])
async def test_a_program_is_answered_after_its_account(person: Person, database: Database, answers: bool) -> None:
    """So it is where a program is only looked at, or approved."""
    await describe_device_sign_in(person.ports, person.user_id, person.user_code)
    act: Awaitable[Any] = (
        answer_device_sign_in(person.ports, person.user_id, person.user_code, approve=True)
        if answers
        else describe_device_sign_in(person.ports, person.user_id, person.user_code)
    )
    came = await person.meet(database, act, lambda work: work.device_sign_ins.remove_of(person.user_id))
    assert isinstance(came, AccountNotFound)


async def test_a_provider_is_connected_after_the_account(person: Person, database: Database) -> None:
    """Erasing somebody takes what they began at a provider away, though they are about to finish it."""
    provider = SayingProvider("https://one.example")
    provider.told = Told(secrets.token_hex(8), NO_EMAIL, "Ada")
    providers = offering(provider)
    session_id = await database.pool.fetchval("SELECT session_id FROM sessions WHERE user_id = $1", person.user_id)
    connecting = Connecting(person.user_id, session_id)
    road = await start_provider_sign_in(person.ports, providers, "one", connecting)
    state = road.authorization_url.partition("state=")[2]
    answer = ProviderAnswer("one", road.browser_secret, state, code="a code")
    sign_in = await receive_provider_answer(person.ports, providers, answer)
    act = connect_provider(person.ports, providers, connecting, road.browser_secret)
    came = await person.meet(database, act, lambda work: work.provider_sign_ins.remove(sign_in.state_hash))
    assert isinstance(came, ProviderSignInSpent)


@pytest.mark.parametrize("is_erased", [False, True], ids=["closed", "erased"])
async def test_a_link_opens_no_account_that_is_being_closed(
    person: Person, database: Database, is_erased: bool
) -> None:
    """A link that is redeemed just as its account is closed, or erased with its links, opens no session after that."""
    code = (await create_sign_in_link(person.ports, person.email)).code
    now = person.ports.clock.now()

    async def go_on(work: Work) -> None:
        if is_erased:
            await work.people.erase(person.user_id, now, now)

    came = await person.meet(database, redeem_sign_in_link(person.ports, code), go_on)
    assert isinstance(came, LinkSpent)


async def test_an_account_is_closed_before_what_waits_with_its_address(person: Person, database: Database) -> None:
    """Whoever has the account and goes on to a code that was mailed to it finds that closing it has left both."""
    now, code_hash = person.ports.clock.now(), fingerprint(secrets.token_hex(8))
    key = parse_email(person.email).key
    made = EmailCode(code_hash, Purpose.RESET, person.user_id, key, now, now + datetime.timedelta(minutes=30))
    async with person.ports.store.transaction() as work:
        await work.email_codes.add(made)
    async with person.ports.store.transaction() as work:
        await work.accounts.locked(person.user_id)
        closing = asyncio.ensure_future(close_account(person.ports, person.user_id))
        async with asyncio.timeout(10):
            while not closing.done() and not await database.pool.fetchval(WAITING):
                pass
        assert await work.email_codes.use(code_hash, Purpose.RESET, now)
    await closing
    async with person.ports.store.transaction() as work:
        assert await work.accounts.get(person.user_id) is None


async def test_closing_an_account_takes_its_whole_lock_at_once(person: Person, database: Database) -> None:
    """Whoever makes a session just then, and goes on to the account, is waited for: the closing holds no part of it."""
    now = person.ports.clock.now()
    until = now + datetime.timedelta(hours=1)
    session = Session(f"ses_{secrets.token_hex(8)}", person.user_id, now, now, until)
    async with person.ports.store.transaction() as work:
        await work.sessions.add(session, RefreshToken(fingerprint(session.session_id), session.session_id, until))
        closing = asyncio.ensure_future(close_account(person.ports, person.user_id))
        async with asyncio.timeout(10):
            while not closing.done() and not await database.pool.fetchval(WAITING):
                pass
        assert await work.accounts.locked(person.user_id) is not None
    await closing
    async with person.ports.store.transaction() as work:
        assert await work.accounts.get(person.user_id) is None
        assert await work.sessions.living(person.user_id, now, 9) == []


async def _told(person: Person) -> None:
    address = parse_email(f"{secrets.token_hex(8)}@example.org")
    async with person.ports.store.transaction() as work:
        await keep_profile(
            person.ports, work, ISSUER, Profile(person.subject, address, "Ada", person.ports.clock.now())
        )


async def _ended(person: Person) -> None:
    async with person.ports.store.transaction() as work:
        await end_identity(person.ports, work, ISSUER, person.subject)


@pytest.mark.parametrize("act", [_told, _ended])
async def test_an_identity_is_held_after_its_account(
    person: Person, database: Database, act: Callable[[Person], Awaitable[None]]
) -> None:
    """What an issuer tells of somebody waits for their account before it holds who they are."""
    now = person.ports.clock.now()
    came = await person.meet(database, act(person), lambda work: work.identities.claim(ISSUER, person.subject, now))
    assert came is None


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.UNDO])
async def test_an_account_is_taken_back_once_it_is_held(database: Database, purpose: Purpose) -> None:
    """What is told of is the moment from which nobody else has it, however long its row was waited for."""
    world = World(sends_mail=True)
    ports = dataclasses.replace(world.ports, store=PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))))
    address = parse_email(f"{secrets.token_hex(8)}@example.org")
    account, _ = await sign_up(ports, address.typed, "a long enough secret", "Ada")
    code, now = secrets.token_hex(8), world.clock.now()
    expires_at = now + datetime.timedelta(minutes=30)
    async with ports.store.transaction() as work:
        await work.email_codes.add(
            EmailCode(fingerprint(code), purpose, account.user_id, address.key, now, expires_at, address.typed)
        )
    act = (
        reset_password(ports, code, "another long secret", "en")
        if purpose is Purpose.RESET
        else undo_email_change(ports, code, "en")
    )
    async with ports.store.transaction() as work:
        await work.accounts.locked(account.user_id)
        acting = asyncio.ensure_future(act)
        async with asyncio.timeout(10):
            while not await database.pool.fetchval(WAITING):
                pass
        world.clock.advance(seconds=30)
    await acting
    payload = await database.pool.fetchval("SELECT payload FROM outbox ORDER BY fact_id DESC LIMIT 1")
    fact = AccountReclaimed.FromString(payload)
    assert (fact.user_id, fact.reclaimed_at.ToDatetime(datetime.UTC)) == (account.user_id, world.clock.now())
