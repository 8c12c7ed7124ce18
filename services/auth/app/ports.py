"""What auth needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.auth.domain.account import Account
from services.auth.domain.api_key import ApiKey, Request
from services.auth.domain.device import DeviceSignIn
from services.auth.domain.facts import Fact
from services.auth.domain.link import SignInLink
from services.auth.domain.session import AccessToken, RefreshToken, Session


class Accounts(Protocol):
    """Accounts within a unit of work."""

    async def add(self, account: Account) -> bool:
        """Store a new account; false when its address is taken."""
        ...

    async def get(self, user_id: str) -> Account | None:
        """One account."""
        ...

    async def of_email(self, email_key: str) -> Account | None:
        """The account of an address."""
        ...

    async def rename(self, user_id: str, display_name: str) -> Account | None:
        """The account under its new name."""
        ...

    async def replace_hash(self, user_id: str, old: str, new: str) -> None:
        """Store a new hash of the same password, unless the password was changed meanwhile."""
        ...


class Sessions(Protocol):
    """Sessions and their refresh tokens within a unit of work."""

    async def add(self, session: Session, token: RefreshToken) -> None:
        """Store a new session and its first token."""
        ...

    async def locked(self, token_hash: bytes) -> tuple[Session, RefreshToken] | None:
        """A token and its session, whose row nobody else changes until the work commits."""
        ...

    async def rotate(self, session: Session, spent: RefreshToken, at: datetime.datetime, fresh: RefreshToken) -> None:
        """Spend a token of a locked session, store its successor and the session's changes."""
        ...

    async def end(self, session_id: str, at: datetime.datetime) -> None:
        """End a session; an earlier end stands."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` sessions over before then at most, and as many expired tokens; the larger of both numbers."""
        ...


class Links(Protocol):
    """One-time sign-in links within a unit of work."""

    async def add(self, link: SignInLink) -> None:
        """Store a new link."""
        ...

    async def redeem(self, code_hash: bytes, now: datetime.datetime) -> str | None:
        """Whom it signs in; None for every call but the first before its end."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` links that expired before then; the number removed."""
        ...


class ApiKeys(Protocol):
    """API keys within a unit of work."""

    async def locked(self, user_id: str) -> bool:
        """Whether there is such a person; nobody else makes keys of theirs until the work commits."""
        ...

    async def add(self, key: ApiKey, key_hash: bytes, request: Request | None) -> None:
        """Store a new key of a locked person, with the request that made it."""
        ...

    async def made_by(self, user_id: str, name_hash: bytes, since: datetime.datetime) -> tuple[str, bytes] | None:
        """The key that a request of this name made since then, and the request's content_hash.

        What an older request of this name made loses the name, so that it can be given again.
        """
        ...

    async def of_person(self, user_id: str) -> list[ApiKey]:
        """Those that are not revoked, expired ones too, newest first."""
        ...

    async def revoke(self, user_id: str, key_id: str, at: datetime.datetime) -> bool | None:
        """Whether it worked until now; an earlier end stands. None when the person has no such key."""
        ...

    async def of_hash(self, key_hash: bytes) -> ApiKey | None:
        """One key, revoked or not."""
        ...

    async def note_use(self, key_id: str, day: datetime.date) -> None:
        """Remember the day of its last use."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` keys that expired or were revoked before then; the number removed."""
        ...


class DeviceSignIns(Protocol):
    """Programs that wait for somebody's approval, within a unit of work."""

    async def add(self, sign_in: DeviceSignIn) -> bool:
        """Store a new one; false when its user code is taken."""
        ...

    async def of_user_code(self, user_code_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        ...

    async def of_device(self, device_hash: bytes) -> DeviceSignIn | None:
        """One, whose row nobody else changes until the work commits."""
        ...

    async def change(self, sign_in: DeviceSignIn) -> None:
        """Store what became of a locked one."""
        ...

    async def remove(self, device_hash: bytes) -> None:
        """Forget one, whose codes open nothing any more."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` that expired before then; the number removed."""
        ...


class Work(Protocol):
    """One unit of work: everything commits together, facts too, when the block ends; nothing when it raises."""

    @property
    def accounts(self) -> Accounts:
        """Accounts."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Sessions."""
        ...

    @property
    def links(self) -> Links:
        """Sign-in links."""
        ...

    @property
    def api_keys(self) -> ApiKeys:
        """API keys."""
        ...

    @property
    def device_sign_ins(self) -> DeviceSignIns:
        """Programs that wait."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...


class Store(Protocol):
    """Where auth's rows are."""

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """A unit of work."""
        ...


class PasswordHasher(Protocol):
    """Slow on purpose, and few at a time. Each method may raise HashingBusy."""

    async def hash(self, password: str) -> str:
        """A salted hash that says how it was made."""
        ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right. Without a hash: false, after the same work."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with less work than is asked for now."""
        ...


class TokenSigner(Protocol):
    """Signs access tokens."""

    def sign(self, user_id: str, session_id: str, now: datetime.datetime) -> AccessToken:
        """A token that speaks for this person."""
        ...


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime.datetime:
        """The present moment."""
        ...


@dataclasses.dataclass(frozen=True)
class Lives:
    """How long things last."""

    session_idle: datetime.timedelta
    """An unused session."""
    link: datetime.timedelta
    """A sign-in link."""
    remains: datetime.timedelta
    """What is over, before it is forgotten."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """Everything that a verb of auth may need."""

    store: Store
    hasher: PasswordHasher
    signer: TokenSigner
    clock: Clock
    lives: Lives
