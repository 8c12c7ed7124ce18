"""Auth's verbs on real PostgreSQL beside the issuer that stands in for Clerk, with product code on both wires."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator

from chassis.clock import SystemClock
from chassis.db.pool import Database
from chassis.listening import listening_at
from services.auth.app.federation_ports import Clerk, Federation
from services.auth.app.ports import Ports
from services.auth.clients.authenticator_codes import TotpCodes
from services.auth.clients.clerk_users import ClerkUsers
from services.auth.clients.http_documents import HttpDocuments
from services.auth.clients.session_issuers import SessionIssuer, clerk_issuer
from services.auth.domain.account import Account
from services.auth.domain.identity import Identity
from services.auth.domain.webhook_signature import SignedMessage, secret_key
from services.auth.events.envelopes import encode
from services.auth.store.store import PostgresStore, SealingKeys
from stack.issuer.app import Issuer, Options
from stack.issuer.openid import Client
from stack.issuer.server import serving
from stack.issuer.webhooks import Message
from tests.unit.auth.fakes import LIVES, CountingHasher, PlainSigner, ShortListOfPasswords

PAGE = "https://stripsession.example"
SECRET_KEY = "sk_test_made_up_for_tests"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@contextlib.asynccontextmanager
async def issuing(*clients: Client, webhook_url: str = "") -> AsyncIterator[Issuer]:
    """The issuer, on a port of its own."""
    listener = listening_at("127.0.0.1:0")
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    issuer = Issuer(Options(address, PAGE, SECRET_KEY, WEBHOOK_SECRET, webhook_url, clients))
    async with serving(issuer.app, listener):
        yield issuer


@dataclasses.dataclass
class ClerkHouse:
    """The issuer, what auth has of it, and how long auth was made to wait."""

    issuer: Issuer
    federation: Federation
    session_issuer: SessionIssuer
    database: Database
    waited_s: list[float]

    @property
    def ports(self) -> Ports:
        return self.federation.ports

    def signed(self, message: Message, *, age_s: float = 0.0) -> SignedMessage:
        """A message as the gateway hands it on."""
        headers = self.issuer.webhooks.headers(message, age_s=age_s)
        return SignedMessage(message.body, headers["svix-id"], headers["svix-timestamp"], headers["svix-signature"])

    async def identity(self, subject: str) -> Identity | None:
        async with self.ports.store.transaction() as work:
            return await work.identities.get(self.issuer.options.address, subject)

    async def account(self, user_id: str | None) -> Account:
        assert user_id is not None
        async with self.ports.store.transaction() as work:
            account = await work.accounts.get(user_id)
        assert account is not None
        return account

    async def facts(self) -> list[str]:
        """Subjects of the facts that wait to be published, by name."""
        rows = await self.database.pool.fetch("SELECT subject FROM outbox ORDER BY created_at, fact_id")
        return sorted(row["subject"].rpartition(".")[2] for row in rows)


@contextlib.asynccontextmanager
async def clerk_house(database: Database) -> AsyncIterator[ClerkHouse]:
    """All of it, on the machine's own clock: the issuer's tokens and signatures are of now."""
    waited_s: list[float] = []

    async def sleep(seconds: float) -> None:
        waited_s.append(seconds)

    store = PostgresStore(database, encode, SealingKeys(bytes(32), bytes(32)))
    ports = Ports(store, CountingHasher(), PlainSigner(), SystemClock(), LIVES, TotpCodes(), ShortListOfPasswords())
    http = HttpDocuments()
    try:
        async with issuing() as issuer:
            address = issuer.options.address
            users = ClerkUsers(http, address, SECRET_KEY, sleep=sleep)
            federation = Federation(ports, Clerk(address, users, secret_key(WEBHOOK_SECRET)))
            keys = clerk_issuer(http, address, (PAGE,))
            yield ClerkHouse(issuer, federation, keys, database, waited_s)
    finally:
        await http.stop()
