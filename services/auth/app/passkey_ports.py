"""What auth needs for passkeys."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from services.auth.domain.passkey import Ceremony, Passkey, PasskeyQuestion

if TYPE_CHECKING:
    from services.auth.app.ports import Ports


class PasskeyRows(Protocol):
    """Passkeys, and the questions that wait for them, within a unit of work."""

    async def handle_of(self, user_id: str, fresh: bytes) -> bytes:
        """What authenticators know a person by: `fresh` from now on where there is nothing yet."""
        ...

    async def is_of_issuer(self, user_id: str, issuer: str) -> bool:
        """Whether this issuer vouches for this person."""
        ...

    async def add(self, passkey: Passkey) -> bool:
        """Store a new one; false when somebody has it."""
        ...

    async def of_person(self, user_id: str) -> list[Passkey]:
        """All of a person's, newest first."""
        ...

    async def locked(self, credential_id: bytes) -> tuple[Passkey, bytes] | None:
        """One and its owner's handle; nobody else changes what that person has until the work commits."""
        ...

    async def note_use(self, passkey_id: str, sign_count: int, at: datetime.datetime) -> None:
        """It has signed."""
        ...

    async def rename(self, user_id: str, passkey_id: str, name: str) -> Passkey | None:
        """One under its new name; None when the person has no such passkey."""
        ...

    async def remove(self, user_id: str, passkey_id: str) -> bool:
        """Whether the person had it."""
        ...

    async def remove_of(self, user_id: str) -> None:
        """A person has none any more, and what they were asked is answered by nothing."""
        ...

    async def ask(self, challenge: PasskeyQuestion) -> None:
        """Store a question."""
        ...

    async def take(
        self, challenge_hash: bytes, ceremony: Ceremony, user_id: str | None, now: datetime.datetime
    ) -> bool:
        """Whether it was asked of them: for the first call before its end alone."""
        ...

    async def forget(self, expired_before: datetime.datetime, limit: int) -> int:
        """Remove at most `limit` questions that expired before then; the number removed."""
        ...


class AnswerRefused(Exception):
    """What a browser answered does not hold; the text says why and names nobody."""


@dataclasses.dataclass(frozen=True)
class Person:
    """Whom an authenticator makes a passkey for, as it shows them to whoever holds it."""

    handle: bytes
    account_name: str
    display_name: str


@dataclasses.dataclass(frozen=True)
class NewCredential:
    """What an authenticator made."""

    credential_id: bytes
    public_key: bytes = dataclasses.field(repr=False)
    sign_count: int
    transports: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Claim:
    """What an answer says of itself, before anything of it is believed."""

    challenge: bytes = dataclasses.field(repr=False)
    credential_id: bytes
    handle: bytes | None


class Authenticators(Protocol):
    """Asks browsers and reads what they answer, for one name and its origins."""

    def creation_options(self, person: Person, challenge: bytes, known: Sequence[Passkey]) -> str:
        """What to ask a browser for a new passkey, as JSON; of an authenticator with one of `known` it makes none."""
        ...

    def request_options(self, challenge: bytes, known: Sequence[Passkey]) -> str:
        """What to ask a browser for one of `known`, or for any of ours where that is empty, as JSON."""
        ...

    def challenge_of(self, answer: str) -> bytes:
        """The question that a new passkey is said to answer. Raises AnswerRefused."""
        ...

    def made(self, answer: str, challenge: bytes) -> NewCredential:
        """A new passkey, for our name, by our page, with its holder verified. Raises AnswerRefused."""
        ...

    def claim_of(self, answer: str) -> Claim:
        """What an answer says of itself. Raises AnswerRefused."""
        ...

    def signed(self, answer: str, challenge: bytes, public_key: bytes) -> int:
        """The count of uses that this key signed, as above. Raises AnswerRefused."""
        ...


@dataclasses.dataclass(frozen=True)
class Passkeys:
    """Auth's ports, and what reads passkeys."""

    ports: Ports
    authenticators: Authenticators | None = None
    """None where this server has no name that passkeys could be bound to."""
    issuer: str = ""
    """Whose people have their ways in there, and none of these here; empty for nobody's."""
