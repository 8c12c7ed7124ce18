"""Auth's ports in memory; `store_conformance.py` holds the store to what PostgreSQL does."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import datetime
from collections.abc import AsyncIterator, Mapping, Sequence

from chassis.testing.clock import ManualClock
from services.auth.app.mailing_ports import Mailing, MailLives
from services.auth.app.ports import Lives, Ports
from services.auth.clients.authenticator_codes import TotpCodes
from services.auth.domain.account import Account
from services.auth.domain.email_address import NO_EMAIL, EmailAddress
from services.auth.domain.errors import HashingBusy
from services.auth.domain.facts import Fact
from services.auth.domain.identity import NEVER, Identity
from services.auth.domain.link import SignInLink
from services.auth.domain.mail import Mail
from services.auth.domain.session import AccessToken, RefreshToken, Session
from tests.unit.auth.fake_factors import FakeSecondFactors, FakeSignInChallenges
from tests.unit.auth.fake_mail import FakeEmailCodes, FakeMails, FakePendingSignUps, promised_to
from tests.unit.auth.fake_passkeys import FakePasskeys
from tests.unit.auth.fake_people import FakePeople, drop
from tests.unit.auth.fake_policies import FakePolicies
from tests.unit.auth.fake_programs import FakeApiKeys, FakeDeviceSignIns
from tests.unit.auth.fake_providers import FakeProviderSignIns
from tests.unit.auth.fake_rows import Rows


class FakeAccounts:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    async def add(self, account: Account) -> bool:
        key = account.email.key
        if key and (await self.of_email(key) is not None or promised_to(self.rows, key, account.created_at)):
            return False
        self.rows.accounts[account.user_id] = account
        return True

    async def get(self, user_id: str) -> Account | None:
        return self.rows.accounts.get(user_id) if user_id not in self.rows.closed else None

    async def of_email(self, email_key: str) -> Account | None:
        found = (each for each in self.rows.accounts.values() if each.email.key == email_key)
        return next(found, None) if email_key else None

    async def locked(self, user_id: str) -> Account | None:
        self.rows.locks.append("accounts")
        return await self.get(user_id)

    async def locked_wholly(self, user_id: str) -> Account | None:
        return await self.locked(user_id)

    async def close(self, user_id: str, at: datetime.datetime) -> None:
        if (account := await self.get(user_id)) is not None:
            drop(self.rows.codes, lambda code: code.email_key == account.email.key)
            drop(self.rows.pending, lambda pending: pending.email.key == account.email.key)
            nobody = dataclasses.replace(account, email=NO_EMAIL, password_hash=None, email_verified_at=None)
            self.rows.accounts[user_id] = nobody
            self.rows.closed[user_id] = at

    async def rename(self, user_id: str, display_name: str) -> Account | None:
        account = await self.get(user_id)
        if account is None:
            return None
        self.rows.accounts[user_id] = dataclasses.replace(account, display_name=display_name)
        return self.rows.accounts[user_id]

    async def take_email(self, user_id: str, email: EmailAddress, now: datetime.datetime) -> bool:
        holder, account = await self.of_email(email.key), self.rows.accounts.get(user_id)
        if account is None or (holder is not None and holder.user_id != user_id):
            return False
        if promised_to(self.rows, email.key, now) - {user_id}:
            return False
        self.rows.accounts[user_id] = dataclasses.replace(account, email=email)
        return True

    async def set_hash(self, user_id: str, new: str | None) -> None:
        if (account := self.rows.accounts.get(user_id)) is not None:
            self.rows.accounts[user_id] = dataclasses.replace(account, password_hash=new)

    async def mark_verified(self, user_id: str, at: datetime.datetime) -> None:
        account = self.rows.accounts.get(user_id)
        if account is not None and account.email_verified_at is None:
            self.rows.accounts[user_id] = dataclasses.replace(account, email_verified_at=at)

    async def confirm_age(self, user_id: str, at: datetime.datetime) -> Account | None:
        account = await self.get(user_id)
        if account is None:
            return None
        noted = dataclasses.replace(account, age_confirmed_at=account.age_confirmed_at or at)
        self.rows.accounts[user_id] = noted
        return noted

    async def replace_hash(self, user_id: str, old: str, new: str) -> None:
        account = self.rows.accounts.get(user_id)
        if account is not None and account.password_hash == old:
            self.rows.accounts[user_id] = dataclasses.replace(account, password_hash=new)


class FakeSessions:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, session: Session, token: RefreshToken) -> None:
        self._rows.sessions[session.session_id] = session
        self._rows.tokens[token.token_hash] = token

    async def locked(self, token_hash: bytes) -> tuple[Session, RefreshToken] | None:
        token = self._rows.tokens.get(token_hash)
        return (self._rows.sessions[token.session_id], token) if token is not None else None

    async def rotate(self, session: Session, spent: RefreshToken, at: datetime.datetime, fresh: RefreshToken) -> None:
        self._rows.tokens[spent.token_hash] = dataclasses.replace(spent, spent_at=at)
        self._rows.tokens[fresh.token_hash] = fresh
        self._rows.sessions[session.session_id] = session

    async def end(self, session_id: str, at: datetime.datetime) -> bool:
        session = self._rows.sessions.get(session_id)
        if session is None or session.ended_at is not None:
            return False
        self._rows.sessions[session_id] = dataclasses.replace(session, ended_at=at)
        return True

    async def prove(self, session_id: str, user_id: str, at: datetime.datetime, method: str) -> Session | None:
        if await self.owner(session_id, at) != user_id:
            return None
        session = self._rows.sessions[session_id]
        methods = session.methods if method in session.methods else (*session.methods, method)
        self._rows.sessions[session_id] = dataclasses.replace(session, authenticated_at=at, methods=methods)
        return self._rows.sessions[session_id]

    async def owner(self, session_id: str, now: datetime.datetime) -> str | None:
        session = self._rows.sessions.get(session_id)
        return session.user_id if session is not None and _lives(session, now) else None

    async def living(self, user_id: str, now: datetime.datetime, limit: int) -> list[Session]:
        theirs = [each for each in self._rows.sessions.values() if each.user_id == user_id and _lives(each, now)]
        theirs.sort(key=lambda each: each.session_id)
        return sorted(theirs, key=lambda each: each.last_used_at, reverse=True)[:limit]

    async def end_others(self, user_id: str, kept_session_id: str, at: datetime.datetime) -> list[str]:
        others = [each.session_id for each in await self.living(user_id, at, len(self._rows.sessions))]
        return [each for each in others if each != kept_session_id and await self.end(each, at)]

    async def ended_since(self, moment: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
        ended = [(each.session_id, each.ended_at) for each in self._rows.sessions.values()]
        return [(session_id, at) for session_id, at in ended if at is not None and at >= moment]

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        sessions = [
            each.session_id
            for each in self._rows.sessions.values()
            if each.expires_at < over_before or (each.ended_at is not None and each.ended_at < over_before)
        ][:limit]
        for session_id in sessions:
            del self._rows.sessions[session_id]
        for token in [each for each in self._rows.tokens.values() if each.session_id in sessions]:
            del self._rows.tokens[token.token_hash]
        tokens = [each.token_hash for each in self._rows.tokens.values() if each.expires_at < over_before][:limit]
        for token_hash in tokens:
            del self._rows.tokens[token_hash]
        return max(len(sessions), len(tokens))


def _lives(session: Session, now: datetime.datetime) -> bool:
    return session.ended_at is None and session.expires_at > now


class FakeLinks:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, link: SignInLink) -> None:
        self._rows.links[link.code_hash] = link

    async def owner(self, code_hash: bytes) -> str | None:
        link = self._rows.links.get(code_hash)
        return link.user_id if link is not None else None

    async def redeem(self, code_hash: bytes, now: datetime.datetime) -> str | None:
        link = self._rows.links.get(code_hash)
        if link is None or code_hash in self._rows.redeemed or link.expires_at <= now:
            return None
        self._rows.redeemed.add(code_hash)
        return link.user_id

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        codes = [each.code_hash for each in self._rows.links.values() if each.expires_at < expired_before][:limit]
        for code_hash in codes:
            del self._rows.links[code_hash]
            self._rows.redeemed.discard(code_hash)
        return len(codes)


class FakeIdentities:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def get(self, issuer: str, subject: str) -> Identity | None:
        return self._rows.identities.get((issuer, subject))

    async def claim(self, issuer: str, subject: str, now: datetime.datetime) -> Identity:
        self._rows.locks.append("identities")
        if (issuer, subject) not in self._rows.identities:
            self._rows.claimed[issuer, subject] = now
        return self._rows.identities.setdefault((issuer, subject), Identity(issuer, subject, None, NEVER))

    async def keep(self, identity: Identity) -> None:
        self._rows.identities[identity.issuer, identity.subject] = identity

    async def issuers_of(self, user_id: str) -> set[str]:
        return {each.issuer for each in self._rows.identities.values() if each.user_id == user_id}

    async def living(self, issuer: str) -> set[str]:
        return {
            each.subject
            for each in self._rows.identities.values()
            if each.issuer == issuer and each.user_id is not None and each.ended_at is None
        }

    async def told(self, issuer: str, subjects: Sequence[str]) -> Mapping[str, datetime.datetime]:
        known = self._rows.identities
        return {subject: known[issuer, subject].told_at for subject in subjects if (issuer, subject) in known}

    async def first_time(self, message_id: str, now: datetime.datetime) -> bool:
        return self._rows.messages.setdefault(message_id, now) is now

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        messages = [name for name, at in self._rows.messages.items() if at < over_before][:limit]
        for name in messages:
            del self._rows.messages[name]
        ended = [
            key
            for key, each in self._rows.identities.items()
            if each.user_id is None and each.ended_at is not None and each.ended_at < over_before
        ][:limit]
        for key in ended:
            del self._rows.identities[key]
        return max(len(messages), len(ended))


class FakeWork:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.accounts = FakeAccounts(rows)
        self.sessions = FakeSessions(rows)
        self.links = FakeLinks(rows)
        self.identities = FakeIdentities(rows)
        self.email_codes = FakeEmailCodes(rows)
        self.pending_sign_ups = FakePendingSignUps(rows)
        self.mails = FakeMails(rows)
        self.api_keys = FakeApiKeys(rows)
        self.device_sign_ins = FakeDeviceSignIns(rows)
        self.passkeys = FakePasskeys(rows)
        self.provider_sign_ins = FakeProviderSignIns(rows)
        self.second_factors = FakeSecondFactors(rows)
        self.challenges = FakeSignInChallenges(rows)
        self.people = FakePeople(rows)
        self.policies = FakePolicies(rows)

    async def publish(self, fact: Fact) -> None:
        self._rows.facts.append(fact)

    async def first_time(self, consumer: str, message_id: str) -> bool:
        if (consumer, message_id) in self._rows.handled:
            return False
        self._rows.handled.add((consumer, message_id))
        return True


class FakeStore:
    """One transaction at a time; what a failed one did is forgotten."""

    def __init__(self) -> None:
        self.rows = Rows()
        self._one_at_a_time = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[FakeWork]:
        async with self._one_at_a_time:
            rows = copy.deepcopy(self.rows)
            yield FakeWork(rows)
            self.rows = rows


class CountingHasher:
    """Hashes that say what they are of; counts the work and can be busy."""

    def __init__(self) -> None:
        self.hashed = 0
        self.verified = 0
        self.strength = 1
        self.busy_after: int | None = None

    async def hash(self, password: str) -> str:
        self._work()
        self.hashed += 1
        return f"{self.strength}:{password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        self._work()
        self.verified += 1
        return password_hash is not None and password_hash.partition(":")[2] == password

    def is_outdated(self, password_hash: str) -> bool:
        return int(password_hash.partition(":")[0]) < self.strength

    def _work(self) -> None:
        if self.busy_after is not None and self.hashed + self.verified >= self.busy_after:
            raise HashingBusy(1.0)


class PlainSigner:
    """Access tokens that say whose they are."""

    def sign(self, session: Session, now: datetime.datetime) -> AccessToken:
        return AccessToken(f"{session.user_id}/{session.session_id}", now + datetime.timedelta(minutes=10))


class KeepingMailer:
    """Keeps what it takes; it may be away, or refuse for good."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.fault: Exception | None = None
        self.fault_of = ""
        """Whose mail alone it is for; empty: everybody's."""
        self.forgotten_before: datetime.datetime | None = None
        self.forgotten_of: list[tuple[str, str]] = []

    async def send(self, mail: Mail) -> None:
        if self.fault is not None and self.fault_of in ("", mail.to):
            raise self.fault
        self.sent.append(mail)

    async def forget(self, before: datetime.datetime) -> int:
        if self.fault is not None:
            raise self.fault
        self.forgotten_before = before
        return 0

    async def forget_of(self, user_id: str, address: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.forgotten_of.append((user_id, address))


class ShortListOfPasswords:
    """Knows the one that everybody knows."""

    async def has(self, password: str) -> bool:
        return password.casefold() == "password"


@dataclasses.dataclass
class World:
    """Every fake, and the ports made of them."""

    store: FakeStore = dataclasses.field(default_factory=FakeStore)
    hasher: CountingHasher = dataclasses.field(default_factory=CountingHasher)
    clock: ManualClock = dataclasses.field(default_factory=ManualClock)
    mailer: KeepingMailer = dataclasses.field(default_factory=KeepingMailer)
    sends_mail: bool = False
    confirms_sign_ups: bool = False
    outside_issuers: frozenset[str] = frozenset()

    @property
    def ports(self) -> Ports:
        mailing = Mailing(self.mailer, "https://us.example", MAIL_LIVES, self.confirms_sign_ups, self.mailer)
        return Ports(
            self.store,
            self.hasher,
            PlainSigner(),
            self.clock,
            LIVES,
            TotpCodes(),
            ShortListOfPasswords(),
            mailing if self.sends_mail or self.confirms_sign_ups else None,
            self.outside_issuers,
        )

    def waiting(self) -> list[Mail]:
        """Mail that nobody has sent yet, the oldest first."""
        return [each.mail for each in self.store.rows.mails.values()]


LIVES = Lives(
    session_idle=datetime.timedelta(days=30),
    access=datetime.timedelta(minutes=10),
    link=datetime.timedelta(minutes=10),
    remains=datetime.timedelta(days=7),
)
MAIL_LIVES = MailLives(verify=datetime.timedelta(days=1), reset=datetime.timedelta(minutes=30))
