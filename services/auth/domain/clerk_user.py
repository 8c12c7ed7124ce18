"""What Clerk tells of a person, in webhooks and in its backend API: only what is kept is read."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Mapping

from services.auth.domain.account import DISPLAY_NAME_CHARACTERS_MAX, clean_display_name
from services.auth.domain.email_address import EmailAddress, parse_email
from services.auth.domain.errors import DisplayNameTooLong, InvalidEmail, WebhookUnreadable
from services.auth.domain.identity import Profile

_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
_MS_MAX = 4_102_444_800_000
"""The year 2100."""


@dataclasses.dataclass(frozen=True)
class Told:
    """A webhook: somebody as they are now, or that they are no more."""

    profile: Profile | None
    deleted_subject: str = ""


def read_message(body: bytes) -> Told | None:
    """What a webhook says; None for news of something else. Raises WebhookUnreadable."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookUnreadable from error
    data = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, dict):
        raise WebhookUnreadable
    kind = message.get("type")
    if kind in ("user.created", "user.updated"):
        return Told(read_user(data))
    if kind == "user.deleted":
        return Told(None, _subject(data))
    return None


def read_user(user: Mapping[str, object]) -> Profile:
    """One user object. Raises WebhookUnreadable."""
    updated_ms = user.get("updated_at")
    if not isinstance(updated_ms, int) or isinstance(updated_ms, bool) or not 0 < updated_ms < _MS_MAX:
        raise WebhookUnreadable
    return Profile(
        subject=_subject(user),
        email=_verified_email(user),
        display_name=_name(user),
        told_at=datetime.datetime.fromtimestamp(updated_ms / 1000, datetime.UTC),
    )


def _subject(user: Mapping[str, object]) -> str:
    subject = user.get("id")
    if not isinstance(subject, str) or not _SUBJECT.fullmatch(subject):
        raise WebhookUnreadable
    return subject


def _verified_email(user: Mapping[str, object]) -> EmailAddress | None:
    """The primary address, if Clerk has verified it; any other is one that the person may have only claimed."""
    addresses = user.get("email_addresses")
    for each in addresses if isinstance(addresses, list) else ():
        if not isinstance(each, dict) or each.get("id") != user.get("primary_email_address_id"):
            continue
        verification, text = each.get("verification"), each.get("email_address")
        if isinstance(verification, dict) and verification.get("status") == "verified" and isinstance(text, str):
            try:
                return parse_email(text)
            except InvalidEmail:
                return None
    return None


def _name(user: Mapping[str, object]) -> str:
    parts = [part for part in (user.get("first_name"), user.get("last_name")) if isinstance(part, str)]
    try:
        return clean_display_name(" ".join(parts)[:DISPLAY_NAME_CHARACTERS_MAX])
    except DisplayNameTooLong:
        return ""
