"""Erased people in memory."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from services.auth.domain.identity import NEVER
from tests.unit.auth.fake_rows import Rows

Key = TypeVar("Key")
Row = TypeVar("Row")


def drop(rows: dict[Key, Row], goes: Callable[[Row], bool]) -> int:
    """Remove the rows that go; how many."""
    gone = [key for key, row in rows.items() if goes(row)]
    for key in gone:
        del rows[key]
    return len(gone)


def drop_keys(rows: dict[Key, Row], goes: Callable[[Key], bool]) -> int:
    """The same by what rows are found by."""
    gone = [key for key in rows if goes(key)]
    for key in gone:
        del rows[key]
    return len(gone)


class FakePeople:
    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def erase(self, user_id: str, at: datetime.datetime, ended_before: datetime.datetime) -> bool:
        rows = self._rows
        drop(rows.tokens, lambda token: rows.sessions[token.session_id].user_id == user_id)
        counts = {
            "email_codes": drop(rows.codes, lambda code: code.user_id == user_id),
            "sign_in_links": drop(rows.links, lambda link: link.user_id == user_id),
            "api_keys": drop(rows.keys, lambda key: key.user_id == user_id),
            "device_sign_ins": drop(rows.devices, lambda device: device.user_id == user_id),
            "passkeys": drop(rows.passkeys, lambda passkey: passkey.user_id == user_id),
            "passkey_handles": int(rows.handles.pop(user_id, None) is not None),
            "passkey_challenges": drop(rows.questions, lambda question: question.user_id == user_id),
            "second_factors": drop(rows.factors, lambda factor: factor.user_id == user_id),
            "sign_in_challenges": drop(rows.challenges, lambda challenge: challenge.user_id == user_id),
            "policy_acceptances": drop_keys(rows.acceptances, lambda key: key[0] == user_id),
            "policy_tellings": drop_keys(rows.tellings, lambda key: key[0] == user_id),
            "mails": drop(rows.mails, lambda waiting: waiting.mail.user_id == user_id),
            "sessions": drop(
                rows.sessions,
                lambda session: (
                    session.user_id == user_id and min(session.ended_at or at, session.expires_at) <= ended_before
                ),
            ),
        }
        for each in [session for session in rows.sessions.values() if session.user_id == user_id]:
            moment = each.ended_at or each.expires_at
            rows.sessions[each.session_id] = dataclasses.replace(
                each, device="", created_at=moment, last_used_at=moment
            )
        if user_id in rows.accounts:
            rows.accounts[user_id] = dataclasses.replace(rows.accounts[user_id], display_name="")
        is_held = any(session.user_id == user_id for session in rows.sessions.values())
        rows.provider_sign_ins = {
            key: each
            for key, each in rows.provider_sign_ins.items()
            if each.connecting is None or each.connecting.user_id != user_id
        }
        for name, identity in list(rows.identities.items()):
            if identity.user_id == user_id and identity.told_at == NEVER:
                del rows.identities[name]
                continue
            if identity.user_id == user_id:
                ended_at = identity.ended_at or at
                kept = dataclasses.replace(identity, ended_at=ended_at, user_id=user_id if is_held else None)
                rows.identities[name] = kept
        if not is_held:
            rows.closed.pop(user_id, None)
            counts["accounts"] = int(rows.accounts.pop(user_id, None) is not None)
        rows.erased[user_id] = dict(Counter(rows.erased.get(user_id, {})) + Counter(counts))
        return user_id not in rows.accounts

    async def end_identities(self, user_id: str, at: datetime.datetime) -> None:
        for name, identity in self._rows.identities.items():
            if identity.user_id == user_id and identity.ended_at is None:
                self._rows.identities[name] = dataclasses.replace(identity, ended_at=at)

    async def counts(self, user_id: str) -> Mapping[str, int]:
        return dict(sorted(self._rows.erased.get(user_id, {}).items()))

    async def closed(self, before: datetime.datetime, limit: int) -> list[tuple[str, datetime.datetime]]:
        return sorted(
            ((user_id, at) for user_id, at in self._rows.closed.items() if at < before), key=lambda each: each[1]
        )[:limit]
