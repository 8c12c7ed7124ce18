"""A request about privacy: what somebody may send, how far it is, and until when what of it is kept."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import re
import secrets
import unicodedata

from services.retention.domain import legal_clock
from services.retention.domain.errors import (
    ExtensionTooLate,
    ReplyAddressInvalid,
    RequestEnded,
    RequestExtended,
    RequestTextInvalid,
)

TEXT_CHARACTERS_MAX = 4000
ADDRESS_CHARACTERS_MAX = 254
OPEN_OF_PERSON_MAX = 5
"""How many of one person may wait for an answer at a time."""
OPEN_OF_STRANGERS_MAX = 1000
"""How many of people without an account may: there is a bound to what strangers can have us keep."""
CONTENT_LIFE = datetime.timedelta(days=90)
"""After its end: what was written, the answer, whose it is, and what it is followed by. The address goes before."""
RECORD_LIFE = datetime.timedelta(days=3 * 365)
"""After its end: that there was one, of what kind, and that it was answered in time, as whoever is asked must show."""
TRIES_AGAIN_AFTER = datetime.timedelta(minutes=1)

# Without letters that are read as others over the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_CHARACTERS = 10
_NUMBER = re.compile(rf"PR-[{_ALPHABET}]{{{_NUMBER_CHARACTERS}}}")
# What auth writes to, and no more: a word that begins as one of RFC 2047 is read as another address.
_ATOM = r"[!#-'*+/0-9=?A-Z^_`a-z{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?!.*=\?)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_REFUSED = frozenset({"Cc", "Cs"})
# They turn the order of what stands around them: an operator must read what was written.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Kind(enum.StrEnum):
    """What is asked for."""

    ACCESS = "access"
    CORRECT = "correct"
    DELETE = "delete"
    EXPORT = "export"
    OBJECT = "object"
    CHILD = "child"
    """That an account is a child's."""
    QUESTION = "question"


class State(enum.StrEnum):
    """How far it is."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    """It ended without an answer; `ending` says why."""


class Ending(enum.StrEnum):
    """Why one was closed that was not answered. A refusal is none of these: it is an answer, with its reasons."""

    NONE = ""
    WITHDRAWN = "withdrawn"
    """Whoever sent it took it back."""
    DUPLICATE = "duplicate"
    """They sent another of the same."""
    NO_REQUEST = "no_request"
    """It asks for nothing, as advertising does."""
    ERASED = "erased"
    """Its person's account was erased, and there is nobody left to answer to."""


class Untold(enum.StrEnum):
    """What its sender is still to be written of."""

    NOTHING = ""
    EXTENDED = "extended"
    ANSWERED = "answered"


@dataclasses.dataclass(frozen=True)
class PrivacyRequest:
    """One, with everything that is kept of it."""

    number: str
    kind: Kind
    received_at: datetime.datetime
    due_on: datetime.date
    text: str = dataclasses.field(default="", repr=False)
    user_id: str = ""
    """Empty of somebody without an account."""
    reply_to: str = dataclasses.field(default="", repr=False)
    """Of somebody without an account: where they are written to."""
    idempotency_key: str = ""
    state: State = State.OPEN
    extended_at: datetime.datetime | None = None
    extension: str = dataclasses.field(default="", repr=False)
    """Why it takes longer, as the person is told."""
    answer: str = dataclasses.field(default="", repr=False)
    ended_at: datetime.datetime | None = None
    ending: Ending = Ending.NONE
    untold: Untold = Untold.NOTHING

    def is_late(self, now: datetime.datetime) -> bool:
        """Whether its legal day is over, and it waits for an answer."""
        return self.state is State.OPEN and legal_clock.is_late(self.due_on, now)

    def extended(self, reason: str, now: datetime.datetime) -> PrivacyRequest:
        """With two months more, and the reason that its sender is told; said once more, the same.

        Raises RequestEnded, RequestExtended, ExtensionTooLate and RequestTextInvalid.
        """
        extension = clean_text(reason)
        self._require_open()
        if self.extended_at is not None:
            if extension == self.extension:
                return self
            raise RequestExtended
        if legal_clock.is_late(self.due_on, now):
            # Its sender has to be told within the month.
            raise ExtensionTooLate
        return dataclasses.replace(
            self,
            due_on=legal_clock.due_on(self.received_at, is_extended=True),
            extended_at=now,
            extension=extension,
            untold=Untold.EXTENDED,
        )

    def answered(self, answer: str, now: datetime.datetime) -> PrivacyRequest:
        """Its end; said once more, the same. Raises RequestEnded and RequestTextInvalid."""
        said = clean_text(answer)
        if self.state is State.ANSWERED and said == self.answer:
            return self
        self._require_open()
        return dataclasses.replace(self, state=State.ANSWERED, answer=said, ended_at=now, untold=Untold.ANSWERED)

    def closed(self, ending: Ending, now: datetime.datetime) -> PrivacyRequest:
        """Its end without an answer: nobody is written to, and the address goes. Raises RequestEnded."""
        if self.ending is ending:
            return self
        self._require_open()
        return dataclasses.replace(
            self, state=State.CLOSED, ending=ending, ended_at=now, reply_to="", untold=Untold.NOTHING
        )

    def told(self, what: Untold) -> PrivacyRequest:
        """Its sender's mail is on its way: after the last one their address is of no more use."""
        if self.untold is not what:
            return self
        reply_to = self.reply_to if self.state is State.OPEN else ""
        return dataclasses.replace(self, untold=Untold.NOTHING, reply_to=reply_to)

    def _require_open(self) -> None:
        if self.state is not State.OPEN:
            raise RequestEnded


def received(
    kind: Kind,
    text: str,
    now: datetime.datetime,
    *,
    user_id: str = "",
    reply_to: str = "",
    idempotency_key: str = "",
) -> PrivacyRequest:
    """A new one. Raises RequestTextInvalid and ReplyAddressInvalid."""
    return PrivacyRequest(
        number=new_number(),
        kind=kind,
        received_at=now,
        due_on=legal_clock.due_on(now),
        text=clean_text(text),
        user_id=user_id,
        reply_to="" if user_id else clean_address(reply_to),
        idempotency_key=idempotency_key,
    )


def clean_text(text: str) -> str:
    """What somebody wrote, in lines, without what a terminal or a page would act on. Raises RequestTextInvalid."""
    lines = _LINE_ENDS.sub("\n", text).strip()
    if not 1 <= len(lines) <= TEXT_CHARACTERS_MAX:
        raise RequestTextInvalid
    if any(_is_refused(character) for character in lines):
        raise RequestTextInvalid
    return lines


def clean_address(text: str) -> str:
    """An address that auth writes to, and so the answer has somewhere to go. Raises ReplyAddressInvalid."""
    address = text.strip()
    if len(address) > ADDRESS_CHARACTERS_MAX or not _ADDRESS.fullmatch(address):
        raise ReplyAddressInvalid
    return address


def new_number() -> str:
    """It is random, so that it tells nobody how many there are, and can be read over the telephone."""
    return "PR-" + "".join(secrets.choice(_ALPHABET) for _ in range(_NUMBER_CHARACTERS))


def is_number(text: str) -> bool:
    """Whether it may be one."""
    return _NUMBER.fullmatch(text) is not None


def _is_refused(character: str) -> bool:
    if character in "\n\t":
        return False
    return character in _TURNING or unicodedata.category(character) in _REFUSED
