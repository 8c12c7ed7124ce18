"""Auth's ports in memory; `store_conformance.py` holds the store to what PostgreSQL does."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import dataclasses
import datetime
from collections.abc import AsyncIterator

from chassis.testing.clock import ManualClock
from services.auth.app.ports import Lives, Ports
from services.auth.domain.account import Account
from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.device import DeviceSignIn
from services.auth.domain.errors import HashingBusy
from services.auth.domain.facts import Fact
from services.auth.domain.link import SignInLink
from services.auth.domain.session import AccessToken, RefreshToken, Session


@dataclasses.dataclass
class Rows:
    """What is committed."""

    accounts: dict[str, Account] = dataclasses.field(default_factory=dict)
    sessions: dict[str, Session] = dataclasses.field(default_factory=dict)
    tokens: dict[bytes, RefreshToken] = dataclasses.field(default_factory=dict)
    links: dict[bytes, SignInLink] = dataclasses.field(default_factory=dict)
    redeemed: set[bytes] = dataclasses.field(default_factory=set)
    keys: dict[bytes, ApiKey] = dataclasses.field(default_factory=dict)
    requests: dict[str, Request] = dataclasses.field(default_factory=dict)
    devices: dict[bytes, DeviceSignIn] = dataclasses.field(default_factory=dict)
    facts: list[Fact] = dataclasses.field(default_factory=list)


class FakeAccounts:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, account: Account) -> bool:
        if await self.of_email(account.email.key) is not None:
            return False
        self._rows.accounts[account.user_id] = account
        return True

    async def get(self, user_id: str) -> Account | None:
        return self._rows.accounts.get(user_id)

    async def of_email(self, email_key: str) -> Account | None:
        return next((each for each in self._rows.accounts.values() if each.email.key == email_key), None)

    async def rename(self, user_id: str, display_name: str) -> Account | None:
        account = self._rows.accounts.get(user_id)
        if account is None:
            return None
        self._rows.accounts[user_id] = dataclasses.replace(account, display_name=display_name)
        return self._rows.accounts[user_id]

    async def replace_hash(self, user_id: str, old: str, new: str) -> None:
        account = self._rows.accounts.get(user_id)
        if account is not None and account.password_hash == old:
            self._rows.accounts[user_id] = dataclasses.replace(account, password_hash=new)


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

    async def end(self, session_id: str, at: datetime.datetime) -> None:
        session = self._rows.sessions[session_id]
        if session.ended_at is None:
            self._rows.sessions[session_id] = dataclasses.replace(session, ended_at=at)

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


class FakeLinks:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, link: SignInLink) -> None:
        self._rows.links[link.code_hash] = link

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


class FakeApiKeys:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def locked(self, user_id: str) -> bool:
        return user_id in self._rows.accounts

    async def add(self, key: ApiKey, key_hash: bytes, request: Request | None) -> None:
        self._rows.keys[key_hash] = key
        if request is not None:
            self._rows.requests[key.key_id] = request

    async def made_by(self, user_id: str, name_hash: bytes, since: datetime.datetime) -> tuple[str, bytes] | None:
        for key in [each for each in self._rows.keys.values() if each.user_id == user_id]:
            request = self._rows.requests.get(key.key_id)
            if request is not None and request.name_hash == name_hash:
                if key.created_at >= since:
                    return key.key_id, request.content_hash
                del self._rows.requests[key.key_id]
        return None

    async def of_person(self, user_id: str) -> list[ApiKey]:
        mine = [key for key in self._rows.keys.values() if key.user_id == user_id and key.revoked_at is None]
        return sorted(sorted(mine, key=lambda key: key.key_id), key=lambda key: key.created_at, reverse=True)

    async def revoke(self, user_id: str, key_id: str, at: datetime.datetime) -> bool | None:
        for key_hash, key in self._rows.keys.items():
            if (key.user_id, key.key_id) == (user_id, key_id):
                if key.revoked_at is not None:
                    return False
                self._rows.keys[key_hash] = dataclasses.replace(key, revoked_at=at)
                return True
        return None

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        return self._rows.keys.get(key_hash)

    async def note_use(self, key_id: str, day: datetime.date) -> None:
        for key_hash, key in self._rows.keys.items():
            if key.key_id == key_id and (key.last_used_on is None or key.last_used_on < day):
                self._rows.keys[key_hash] = dataclasses.replace(key, last_used_on=day)

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        over = [
            key_hash
            for key_hash, key in self._rows.keys.items()
            if (key.expires_at is not None and key.expires_at < over_before)
            or (key.revoked_at is not None and key.revoked_at < over_before)
        ][:limit]
        for key_hash in over:
            del self._rows.keys[key_hash]
        return len(over)


class FakeDeviceSignIns:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, sign_in: DeviceSignIn) -> bool:
        if await self.of_user_code(sign_in.user_code_hash) is not None:
            return False
        self._rows.devices[sign_in.device_hash] = sign_in
        return True

    async def of_user_code(self, user_code_hash: bytes) -> DeviceSignIn | None:
        return next((each for each in self._rows.devices.values() if each.user_code_hash == user_code_hash), None)

    async def of_device(self, device_hash: bytes) -> DeviceSignIn | None:
        return self._rows.devices.get(device_hash)

    async def change(self, sign_in: DeviceSignIn) -> None:
        self._rows.devices[sign_in.device_hash] = sign_in

    async def remove(self, device_hash: bytes) -> None:
        del self._rows.devices[device_hash]

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        over = [each.device_hash for each in self._rows.devices.values() if each.expires_at < expired_before][:limit]
        for device_hash in over:
            del self._rows.devices[device_hash]
        return len(over)


class FakeWork:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.accounts = FakeAccounts(rows)
        self.sessions = FakeSessions(rows)
        self.links = FakeLinks(rows)
        self.api_keys = FakeApiKeys(rows)
        self.device_sign_ins = FakeDeviceSignIns(rows)

    async def publish(self, fact: Fact) -> None:
        self._rows.facts.append(fact)


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

    def sign(self, user_id: str, session_id: str, now: datetime.datetime) -> AccessToken:
        return AccessToken(f"{user_id}/{session_id}", now + datetime.timedelta(minutes=10))


@dataclasses.dataclass
class World:
    """Every fake, and the ports made of them."""

    store: FakeStore = dataclasses.field(default_factory=FakeStore)
    hasher: CountingHasher = dataclasses.field(default_factory=CountingHasher)
    clock: ManualClock = dataclasses.field(default_factory=ManualClock)

    @property
    def ports(self) -> Ports:
        return Ports(self.store, self.hasher, PlainSigner(), self.clock, LIVES)


LIVES = Lives(
    session_idle=datetime.timedelta(days=30),
    link=datetime.timedelta(minutes=10),
    remains=datetime.timedelta(days=7),
)
