"""A person closes their account: until when they can take that back, and what becomes of asking twice."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import hashlib
import re
import secrets

from services.retention.domain.account_erasure import AccountErasure
from services.retention.domain.deletion import ACCOUNT_RECEIPT_LIFE
from services.retention.domain.errors import ClosingBegun, ClosingWithdrawn, IdempotencyKeyReused

WITHDRAWN_LIFE = datetime.timedelta(days=30)
"""How long it is told of one that was taken back."""
OVER_LIFE = ACCOUNT_RECEIPT_LIFE
"""How long one can be followed whose erasure is over: as long as its receipt can be fetched."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_TOKEN_BYTES = 32


class State(enum.Enum):
    """How far it is."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    ERASING = "erasing"
    OVER = "over"


@dataclasses.dataclass(frozen=True)
class Closing:
    """One that was asked for. It ends in one way alone: withdrawn, or begun."""

    user_id: str
    asked_at: datetime.datetime
    due_at: datetime.datetime
    at_once: bool = False
    idempotency_key: str = ""
    withdrawn_at: datetime.datetime | None = None
    begun_at: datetime.datetime | None = None
    keys: tuple[str, ...] = dataclasses.field(default=(), compare=False)
    """Every idempotency key that the person ever asked with, for as long as there is a row of theirs."""

    @property
    def is_waiting(self) -> bool:
        """Whether it has not ended yet."""
        return self.withdrawn_at is None and self.begun_at is None

    def beside(self, erasure: AccountErasure | None) -> Closing:
        """The same where nobody else had the person erased; begun where somebody has since it was asked for.

        An erasure that was over before is of an account that a backup brought back.
        """
        if not self.is_waiting or erasure is None:
            return self
        if erasure.finished_at is not None and erasure.requested_at < self.asked_at:
            return self
        return dataclasses.replace(self, begun_at=erasure.requested_at)

    def state(self, erasure: AccountErasure | None) -> State:
        """How far it is, with the person's erasure where there is one."""
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.begun_at is None:
            return State.WAITING
        return State.OVER if erasure is not None and erasure.finished_at is not None else State.ERASING

    def asked_again(self, wish: Closing, erasure: AccountErasure | None) -> Closing:
        """What stands once the person asks anew: this one, sooner where it is to be at once, or the new one.

        Raises IdempotencyKeyReused and ClosingWithdrawn.
        """
        is_repeated = wish.idempotency_key in self.keys
        keys = self.keys if is_repeated or not wish.idempotency_key else (*self.keys, wish.idempotency_key)
        wish, standing = dataclasses.replace(wish, keys=keys), dataclasses.replace(self, keys=keys)
        if self.withdrawn_at is not None:
            # A request that was on its way for long must not undo what its person decided since.
            if is_repeated:
                raise ClosingWithdrawn
            return wish
        if self.begun_at is not None:
            # Who asks after the end came back from a backup.
            return wish if self.state(erasure) is State.OVER else standing
        is_sooner = wish.at_once and not self.at_once
        is_same_key = is_repeated and wish.idempotency_key == self.idempotency_key
        if (is_repeated and is_sooner) or (is_same_key and wish.at_once != self.at_once):
            raise IdempotencyKeyReused
        return dataclasses.replace(wish, asked_at=self.asked_at) if is_sooner else standing

    def withdrawn(self, now: datetime.datetime) -> Closing:
        """Taken back. Raises ClosingBegun."""
        if self.begun_at is not None:
            raise ClosingBegun
        return dataclasses.replace(self, withdrawn_at=self.withdrawn_at or now)


def new_token() -> str:
    """What a closing is followed by: 256 random bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Whether it may be one."""
    return _TOKEN.fullmatch(text) is not None


def digest(token: str) -> bytes:
    """What is kept of a token. Plain SHA-256 is enough, since nobody guesses 256 random bits."""
    return hashlib.sha256(token.encode()).digest()
