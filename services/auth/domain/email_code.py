"""One-time codes that come by mail, and what each stands for."""

from __future__ import annotations

import dataclasses
import datetime
import enum

from services.auth.domain.email_address import EmailAddress

MAILS_AN_HOUR_MAX = 5
"""Mails of one kind to one address, whoever asks for them; and those that one account has sent to others' addresses."""
HOUR = datetime.timedelta(hours=1)
TOLD_EVERY = datetime.timedelta(days=1)
"""How often at most a person is told of what others, or a machine, can make happen again and again."""
UNDO_LIFE = datetime.timedelta(days=7)
"""How long a change of address can be taken back by whoever reads the old one."""


class Purpose(enum.Enum):
    """What a code does for whoever holds it."""

    VERIFY = "verify"
    """Says that the address of an account is read by whoever opened it."""
    RESET = "reset"
    """Chooses a new password."""
    CHANGE = "change"
    """Puts another address in place of an account's; it went to the other one."""
    UNDO = "undo"
    """Takes such a change back; it went to the address of before."""
    GUESSED = "guessed"
    """Does nothing, and is told to nobody: it counts that a person was told of wrong codes."""
    WEBHOOK_GIVEN_UP = "webhook_given_up"
    """The same, of a webhook to which nothing is sent any more."""
    CLOSING_ASKED = "closing_asked"
    """The same, of an account that is to be closed."""
    CLOSING_WITHDRAWN = "closing_withdrawn"
    """The same, of one that is kept after all: of what was asked for before nobody is told then."""


class MailedAct(enum.Enum):
    """What the link of a mail does, by the word that stands in it."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE = "change"
    UNDO = "undo"
    CONFIRM = "confirm"
    """Finishes a sign-up."""


@dataclasses.dataclass(frozen=True)
class MailedLink:
    """What such a link is about."""

    account: EmailAddress
    """The present address of the account that it changes; none where there is no account yet, or it has no address."""
    email: EmailAddress
    """The address that the account has then."""


@dataclasses.dataclass(frozen=True)
class EmailCode:
    """A code, known by its fingerprint. Some are told to nobody, all without a person among them: these only count."""

    code_hash: bytes
    purpose: Purpose
    user_id: str | None
    email_key: str = dataclasses.field(repr=False)
    made_at: datetime.datetime
    expires_at: datetime.datetime
    email_typed: str = dataclasses.field(default="", repr=False)
    """The address as it was typed, for what puts it into an account."""


@dataclasses.dataclass(frozen=True)
class PendingSignUp:
    """An account that somebody asked for, made once the code comes back together with the password."""

    code_hash: bytes
    email: EmailAddress
    display_name: str
    password_hash: str = dataclasses.field(repr=False)
    made_at: datetime.datetime
    expires_at: datetime.datetime
    age_confirmed_at: datetime.datetime | None = None
    """When they said that they are 13 or older; None where they were not asked then."""
