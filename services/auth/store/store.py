"""Auth's rows in PostgreSQL."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from google.protobuf.message import Message

from chassis.db.pool import Database
from chassis.db.transaction import Transaction, transaction
from services.auth.domain.facts import Fact
from services.auth.store.accounts import PostgresAccounts
from services.auth.store.api_keys import PostgresApiKeys
from services.auth.store.device_sign_ins import PostgresDeviceSignIns
from services.auth.store.email_codes import PostgresEmailCodes, PostgresPendingSignUps
from services.auth.store.identities import PostgresIdentities
from services.auth.store.links import PostgresLinks
from services.auth.store.mails import PostgresMails
from services.auth.store.passkeys import PostgresPasskeys
from services.auth.store.people import PostgresPeople
from services.auth.store.policies import PostgresPolicies
from services.auth.store.provider_sign_ins import PostgresProviderSignIns
from services.auth.store.second_factors import PostgresSecondFactors, PostgresSignInChallenges
from services.auth.store.sessions import PostgresSessions

SCHEMA = "auth"
MIGRATIONS = Path(__file__).parent / "migrations"

Encode = Callable[[Fact], Message]


@dataclasses.dataclass(frozen=True)
class SealingKeys:
    """What seals rows, each of KEY_BYTES."""

    mail: bytes = dataclasses.field(repr=False)
    """May change at any time: mail that waits is asked for again."""
    second_factor: bytes = dataclasses.field(repr=False)
    """Must not change: with it goes everybody's second factor."""


class PostgresWork:
    """One transaction, seen as auth's unit of work."""

    def __init__(self, inner: Transaction, encode: Encode, keys: SealingKeys) -> None:
        """Made by `PostgresStore.transaction`."""
        self._inner = inner
        self._encode = encode
        self.accounts = PostgresAccounts(inner.connection)
        self.sessions = PostgresSessions(inner.connection)
        self.links = PostgresLinks(inner.connection)
        self.identities = PostgresIdentities(inner.connection)
        self.email_codes = PostgresEmailCodes(inner.connection)
        self.pending_sign_ups = PostgresPendingSignUps(inner.connection)
        self.mails = PostgresMails(inner.connection, keys.mail)
        self.device_sign_ins = PostgresDeviceSignIns(inner.connection)
        self.passkeys = PostgresPasskeys(inner.connection)
        self.api_keys = PostgresApiKeys(inner.connection)
        self.provider_sign_ins = PostgresProviderSignIns(inner.connection, keys.mail)
        self.second_factors = PostgresSecondFactors(inner.connection, keys.second_factor)
        self.challenges = PostgresSignInChallenges(inner.connection)
        self.people = PostgresPeople(inner.connection)
        self.policies = PostgresPolicies(inner.connection)

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        await self._inner.publish(self._encode(fact))

    async def first_time(self, consumer: str, message_id: str) -> bool:
        """Note a message of another service as handled by a consumer; false when it was before."""
        return await self._inner.first_time(consumer, message_id)


class PostgresStore:
    """Units of work on auth's schema."""

    def __init__(self, database: Database, encode: Encode, keys: SealingKeys) -> None:
        """`encode` turns a fact into its message."""
        self._database = database
        self._encode = encode
        self._keys = keys

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresWork]:
        """Commits when the block ends, rolls back when it raises."""
        async with transaction(self._database) as inner:
            yield PostgresWork(inner, self._encode, self._keys)
