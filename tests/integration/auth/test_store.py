"""The real store does what a store must, and its data map is complete."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import AsyncIterator

import asyncpg
import pytest

from chassis.bus.connection import Bus
from chassis.bus.relay import Relay
from chassis.bus.topology import FACTS
from chassis.db.pool import Database
from chassis.testing.nats import NatsServer
from chassis.testing.postgres import PostgresServer
from services.auth.domain.email_address import parse_email
from services.auth.domain.facts import AccountCreated
from services.auth.domain.provider_sign_in import ProviderSignIn, Told
from services.auth.events.envelopes import encode
from services.auth.store.store import MIGRATIONS, SCHEMA, PostgresStore, SealingKeys
from stripsession.auth.v1 import events_pb2
from tests.unit.auth.api_key_conformance import ApiKeyConformance
from tests.unit.auth.device_conformance import DeviceConformance
from tests.unit.auth.factor_conformance import FactorConformance
from tests.unit.auth.identity_conformance import IdentityConformance
from tests.unit.auth.mail_conformance import MailConformance, mail_to
from tests.unit.auth.passkey_conformance import PasskeyConformance
from tests.unit.auth.people_conformance import PeopleConformance
from tests.unit.auth.policy_conformance import PolicyConformance
from tests.unit.auth.provider_conformance import ProviderConformance
from tests.unit.auth.store_conformance import NOW, StoreConformance


@pytest.fixture
async def database(postgres: PostgresServer) -> AsyncIterator[Database]:
    async with postgres.database(SCHEMA, MIGRATIONS) as database:
        yield database


class TestPostgresStore(StoreConformance, IdentityConformance, MailConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


_OF_BEFORE = (
    "INSERT INTO sessions (session_id, user_id, created_at, last_used_at, expires_at, device)"
    " VALUES ($1, $2, now(), now(), now() + interval '1 hour', '')"
)
"""How auth opened a session before it knew of second factors."""


async def test_an_auth_from_before_second_factors_signs_nobody_in_past_one(database: Database) -> None:
    """While old and new processes run side by side, the old ones open no session of a person who has set a factor."""
    for user_id, is_set in (("usr_set", True), ("usr_begun", False), ("usr_none", None)):
        await database.pool.execute(
            "INSERT INTO accounts (user_id, display_name, created_at) VALUES ($1, '', now())",
            user_id,
        )
        if is_set is not None:
            await database.pool.execute(
                "INSERT INTO second_factors (user_id, sealed, set_at, last_step, wrong) VALUES ($1, '', $2, 0, 0)",
                user_id,
                NOW if is_set else None,
            )
    with pytest.raises(asyncpg.RaiseError, match="second factor"):
        await database.pool.execute(_OF_BEFORE, "ses_set", "usr_set")
    for user_id in ("usr_begun", "usr_none"):
        await database.pool.execute(_OF_BEFORE, user_id.replace("usr", "ses"), user_id)
    told = await database.pool.fetch("SELECT session_id, methods FROM sessions ORDER BY session_id")
    assert [tuple(row) for row in told] == [("ses_begun", []), ("ses_none", [])]


class TestPostgresSecondFactors(FactorConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresPeople(PeopleConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresPolicies(PolicyConformance):
    refusal = asyncpg.IntegrityConstraintViolationError

    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresApiKeys(ApiKeyConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresDeviceSignIns(DeviceConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresPasskeys(PasskeyConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


class TestPostgresProviderSignIns(ProviderConformance):
    @pytest.fixture
    def store(self, database: Database) -> PostgresStore:
        return PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))


async def test_a_journey_to_a_provider_is_sealed(database: Database) -> None:
    """Neither what an answer is checked with nor whom it names can be read in its row, nor under another key."""
    made = ProviderSignIn(b"s" * 32, b"b" * 32, "google", NOW, NOW + datetime.timedelta(minutes=9), "nonce", "verifier")
    arrived = dataclasses.replace(made, told=Told("subject-1", parse_email("ada@example.org"), "Ada"))
    async with PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))).transaction() as work:
        await work.provider_sign_ins.add(arrived)
    row = bytes(await database.pool.fetchval("SELECT sealed FROM provider_sign_ins"))
    for told in ("nonce", "verifier", "subject-1", "ada@example.org", "Ada"):
        assert told.encode() not in row
    async with PostgresStore(database, encode, SealingKeys(b"k" * 32, bytes(32))).transaction() as work:
        assert await work.provider_sign_ins.of_state(b"s" * 32) is None


async def test_fact_reaches_the_stream(database: Database, nats_server: NatsServer) -> None:
    """A committed fact arrives on NATS under its full name, with nothing but opaque identifiers."""
    bus = Bus(nats_server.url, None, streams=[FACTS])
    await bus.start()
    try:
        async with PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))).transaction() as work:
            await work.publish(AccountCreated("usr_1", NOW))
        assert await Relay(database, bus).publish_batch() == 1
        subscription = await bus.jetstream.subscribe("stripsession.auth.v1.AccountCreated", ordered_consumer=True)
        message = await subscription.next_msg(timeout=10)
    finally:
        await bus.stop()
    fact = events_pb2.AccountCreated.FromString(message.data)
    assert (fact.user_id, fact.created_at.ToSeconds()) == ("usr_1", int(NOW.timestamp()))


async def test_waiting_mail_is_sealed(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Neither address nor words nor code of a waiting mail are in its row, and with another key it is dropped."""
    mail = mail_to("ada@example.org")
    async with PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32))).transaction() as work:
        await work.mails.add(mail, NOW)
    row = bytes(await database.pool.fetchval("SELECT sealed FROM mails"))
    for told in (mail.to, mail.subject, mail.text):
        assert told.encode() not in row
    async with PostgresStore(database, encode, SealingKeys(b"k" * 32, bytes(32))).transaction() as work:
        assert await work.mails.claim(NOW, NOW, 9) == []
    assert await database.pool.fetchval("SELECT count(mail_id) FROM mails") == 0
    assert "dropped" in caplog.text
