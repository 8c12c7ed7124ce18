"""Mail to people: plain text, in the language that they asked in."""

from __future__ import annotations

import dataclasses
import datetime
import enum

LANGUAGES = ("en", "de")


class Occasion(enum.Enum):
    """Why somebody is written to."""

    CONFIRM_SIGN_UP = "confirm_sign_up"
    ADDRESS_TAKEN = "address_taken"
    VERIFY = "verify"
    RESET = "reset"
    RESET_UNKNOWN = "reset_unknown"
    RESET_ELSEWHERE = "reset_elsewhere"
    FACTOR_SET = "factor_set"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    CODES_GUESSED = "codes_guessed"
    EMAIL_CHANGE = "email_change"
    EMAIL_CHANGE_TAKEN = "email_change_taken"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an occasion, no password
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    PASSKEY_COPIED = "passkey_copied"
    PROVIDER_CONNECTED = "provider_connected"
    PROVIDER_DISCONNECTED = "provider_disconnected"
    WEBHOOK_GIVEN_UP = "webhook_given_up"
    CLOSING_ASKED = "closing_asked"
    CLOSING_WITHDRAWN = "closing_withdrawn"
    ACCOUNT_CLOSED = "account_closed"
    POLICY_COMING = "policy_coming"
    POLICY_CHANGED = "policy_changed"


@dataclasses.dataclass(frozen=True)
class Mail:
    """One mail. It is sent until it was taken or `expires_at`, when it says nothing of use any more."""

    mail_id: str
    to: str = dataclasses.field(repr=False)
    subject: str
    text: str = dataclasses.field(repr=False)
    expires_at: datetime.datetime
    user_id: str | None = None
    """Whose it is, where they have an account."""


@dataclasses.dataclass(frozen=True)
class ClaimedMail:
    """A mail that this process may send now, and which try it is, from 1 on."""

    mail: Mail
    tries: int


def spoken(language: str) -> str:
    """The language to write in, of what a browser or a person says, e.g. de-AT; English where it is none of ours."""
    primary = language.replace("_", "-").partition("-")[0].strip().lower()
    return primary if primary in LANGUAGES else LANGUAGES[0]


def pause_s(tries: int) -> float:
    """Seconds from a failed try to the next: half a minute, twice that, and so on, at most half an hour."""
    return min(1800.0, 30.0 * 2.0 ** min(max(tries - 1, 0), 10))
