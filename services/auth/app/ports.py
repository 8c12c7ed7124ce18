"""What auth needs of the world."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from services.auth.app.factor_ports import AuthenticatorCodes, SecondFactors, SignInChallenges
from services.auth.app.mail_ports import EmailCodes, Mails, PendingSignUps
from services.auth.app.mailing_ports import Mailing
from services.auth.app.passkey_ports import PasskeyRows
from services.auth.app.people_ports import People
from services.auth.app.policy_ports import PolicyRows
from services.auth.app.program_ports import ApiKeys, DeviceSignIns
from services.auth.app.provider_ports import ProviderSignIns
from services.auth.domain.account import Account
from services.auth.domain.email_address import EmailAddress
from services.auth.domain.facts import Fact
from services.auth.domain.identity import Identity
from services.auth.domain.link import SignInLink
from services.auth.domain.session import AccessToken, RefreshToken, Session


class Accounts(Protocol):
    """Accounts within a unit of work; one that is closed is as good as none.

    An address is promised to the account that a code which still works can bring it back to.
    """

    async def add(self, account: Account) -> bool:
        """Store a new account; false when its address is taken, or was promised to another when it was made."""
        ...

    async def get(self, user_id: str) -> Account | None:
        """One account."""
        ...

    async def of_email(self, email_key: str) -> Account | None:
        """The account of an address."""
        ...

    async def locked(self, user_id: str) -> Account | None:
        """One account, which nobody else changes until the work commits."""
        ...

    async def locked_wholly(self, user_id: str) -> Account | None:
        """The same for whoever goes on to close it: nobody makes a session or a key in it either."""
        ...

    async def close(self, user_id: str, at: datetime.datetime) -> None:
        """From now on there is none. Its address is free, its password forgotten; its row waits for its erasure.

        Sign-ups and codes that wait with its address go with it.
        """
        ...

    async def rename(self, user_id: str, display_name: str) -> Account | None:
        """The account under its new name."""
        ...

    async def take_email(self, user_id: str, email: EmailAddress, now: datetime.datetime) -> bool:
        """Put another address in place of an account's; false when another account has it, or was promised it."""
        ...

    async def set_hash(self, user_id: str, new: str | None) -> None:
        """Store the hash of another password; None leaves them without one."""
        ...

    async def mark_verified(self, user_id: str, at: datetime.datetime) -> None:
        """The address is read by the person; an earlier moment stands."""
        ...

    async def confirm_age(self, user_id: str, at: datetime.datetime) -> Account | None:
        """The account, of which is noted that its person is 13 or older; an earlier moment stands."""
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

    async def end(self, session_id: str, at: datetime.datetime) -> bool:
        """End a session; false where none is left to end: an earlier end stands."""
        ...

    async def prove(self, session_id: str, user_id: str, at: datetime.datetime, method: str) -> Session | None:
        """Note that somebody showed in a living session of theirs who they are; None where there is no such session."""
        ...

    async def owner(self, session_id: str, now: datetime.datetime) -> str | None:
        """Whose session it is; None where there is none that lives."""
        ...

    async def living(self, user_id: str, now: datetime.datetime, limit: int) -> list[Session]:
        """A person's sessions that have neither ended nor run out, the last used first, `limit` at most."""
        ...

    async def end_others(self, user_id: str, kept_session_id: str, at: datetime.datetime) -> list[str]:
        """End every living session of a person but one; the names of those that ended now."""
        ...

    async def ended_since(self, moment: datetime.datetime) -> list[tuple[str, datetime.datetime]]:
        """Everybody's sessions that ended at that moment or later, and when."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` sessions over before then at most, and as many expired tokens; the larger of both numbers."""
        ...


class Links(Protocol):
    """One-time sign-in links within a unit of work."""

    async def add(self, link: SignInLink) -> None:
        """Store a new link."""
        ...

    async def owner(self, code_hash: bytes) -> str | None:
        """Whom it signs in, or did; it is not locked by this."""
        ...

    async def redeem(self, code_hash: bytes, now: datetime.datetime) -> str | None:
        """Whom it signs in; None for every call but the first before its end."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` links that expired before then; the number removed."""
        ...


class Identities(Protocol):
    """Identities of other issuers, and the messages about them, within a unit of work."""

    async def get(self, issuer: str, subject: str) -> Identity | None:
        """One identity."""
        ...

    async def claim(self, issuer: str, subject: str, now: datetime.datetime) -> Identity:
        """The identity, made when there is none, which nobody else changes until the work commits."""
        ...

    async def keep(self, identity: Identity) -> None:
        """Store the changes of a claimed identity."""
        ...

    async def issuers_of(self, user_id: str) -> set[str]:
        """Who vouches for a person, those that deleted them too."""
        ...

    async def living(self, issuer: str) -> set[str]:
        """Subjects of everybody of this issuer who has an account and has not ended."""
        ...

    async def told(self, issuer: str, subjects: Sequence[str]) -> Mapping[str, datetime.datetime]:
        """Of those of these subjects that are known: the issuer's time of the newest told of them."""
        ...

    async def first_time(self, message_id: str, now: datetime.datetime) -> bool:
        """Whether this message has not been taken before; it has from now on."""
        ...

    async def forget(self, over_before: datetime.datetime, limit: int) -> int:
        """Remove `limit` messages and as many ended identities from before then at most; the larger of both numbers."""
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
    def identities(self) -> Identities:
        """Identities of other issuers."""
        ...

    @property
    def email_codes(self) -> EmailCodes:
        """Codes that were mailed."""
        ...

    @property
    def pending_sign_ups(self) -> PendingSignUps:
        """Sign-ups that wait for their code."""
        ...

    @property
    def mails(self) -> Mails:
        """Mail that waits."""
        ...

    @property
    def api_keys(self) -> ApiKeys:
        """API keys."""
        ...

    @property
    def device_sign_ins(self) -> DeviceSignIns:
        """Programs that wait."""
        ...

    @property
    def passkeys(self) -> PasskeyRows:
        """Passkeys."""
        ...

    @property
    def second_factors(self) -> SecondFactors:
        """Second factors and their recovery codes."""
        ...

    @property
    def challenges(self) -> SignInChallenges:
        """Right passwords that wait for their second factor."""
        ...

    @property
    def people(self) -> People:
        """People who are erased."""
        ...

    @property
    def policies(self) -> PolicyRows:
        """Versions of the privacy policy, and people's part in them."""
        ...

    @property
    def provider_sign_ins(self) -> ProviderSignIns:
        """Browsers that went to a provider."""
        ...

    async def publish(self, fact: Fact) -> None:
        """Publish once the work has committed."""
        ...

    async def first_time(self, consumer: str, message_id: str) -> bool:
        """Note a message of another service as handled by a consumer; false when it was before."""
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


class KnownPasswords(Protocol):
    """What guessers know already: passwords that were stolen elsewhere, single words, what rules make of them."""

    async def has(self, password: str) -> bool:
        """Whether they would find it soon. Takes a tenth of a second at most, in its turn. Raises HashingBusy."""
        ...


class TokenSigner(Protocol):
    """Signs access tokens."""

    def sign(self, session: Session, now: datetime.datetime) -> AccessToken:
        """A token that speaks for the session's person, and says when and how they last showed who they are."""
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
    access: datetime.timedelta
    """An access token."""
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
    codes: AuthenticatorCodes
    known_passwords: KnownPasswords
    mailing: Mailing | None = None
    """None where no mail is sent."""
    outside_issuers: frozenset[str] = frozenset()
    """Those whose people sign in there alone: they have no password here, and their address is the issuer's to tell."""
