"""What auth counts of its own tables, for those who prove promises."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis import training
from chassis.clock import Clock
from chassis.db.examining import (
    Figures,
    Look,
    count_up_to,
    examine_columns,
    examine_erased,
    examine_leavings,
    examine_usage,
    living_columns,
)
from chassis.db.pool import Database
from services.auth.store.policy_examination import examine_acceptances

PLACE = "services/auth/store"
AGE = "accounts.age_confirmed_at"
"""Where it is kept that somebody confirmed to be 13 or older. In a schema without it nobody is asked."""
_AT_ONCE = datetime.timedelta()
# What stays for a while after its end, and what goes at the next purge.
_REMAINS = (
    "SELECT 1 FROM sessions WHERE expires_at < $1 OR ended_at < $1",
    "SELECT 1 FROM refresh_tokens WHERE expires_at < $1",
    "SELECT 1 FROM sign_in_links WHERE expires_at < $1",
    "SELECT 1 FROM email_codes WHERE expires_at < $1",
    "SELECT 1 FROM pending_sign_ups WHERE expires_at < $1",
    "SELECT 1 FROM identities WHERE ended_at < $1 AND user_id IS NULL",
    "SELECT 1 FROM webhook_messages WHERE received_at < $1",
    "SELECT 1 FROM api_keys WHERE expires_at < $1 OR revoked_at < $1",
)
_PASSING = (
    "SELECT 1 FROM device_sign_ins WHERE expires_at < $1",
    "SELECT 1 FROM provider_sign_ins WHERE expires_at < $1",
    "SELECT 1 FROM passkey_challenges WHERE expires_at < $1",
    "SELECT 1 FROM sign_in_challenges WHERE expires_at < $1",
    "SELECT 1 FROM mails WHERE expires_at < $1",
)
_LEFT = tuple(
    f"SELECT 1 FROM {table} JOIN erased_people USING (user_id) WHERE erased_people.finished_at IS NOT NULL"  # noqa: S608 - one of the names below
    for table in ("accounts", "sessions", "api_keys", "passkeys", "passkey_handles", "second_factors", "mails")
)


class Examination:
    """Auth's part of each check."""

    def __init__(self, database: Database, clock: Clock, remains: datetime.timedelta, parties: Figures) -> None:
        """`remains` is how long rows stay that are over; `parties` are those that the settings name."""
        self._database = database
        self._clock = clock
        self._leavings = [*((query, remains) for query in _REMAINS), *((query, _AT_ONCE) for query in _PASSING)]
        self._named = parties

    def looks(self) -> Mapping[str, Look]:
        """By the name of the check."""
        return {
            "account_data_is_mapped": lambda: examine_columns(self._database, PLACE),
            "accounts_erased_in_time": lambda: examine_erased(self._database, _LEFT),
            "children_are_refused": self._children,
            "expired_things_purged": lambda: examine_leavings(self._database, self._clock.now(), self._leavings),
            "usage_only_with_consent": lambda: examine_usage(self._database, PLACE),
            "usage_purged_in_time": lambda: examine_usage(self._database, PLACE),
            "no_path_to_training": training.examine_imports,
            "third_parties_are_named": self._parties,
            "versions_are_accepted": lambda: examine_acceptances(self._database, self._clock.now()),
        }

    async def _children(self) -> Figures:
        is_asked = AGE in await living_columns(self._database)
        accounts = await count_up_to(self._database, "SELECT 1 FROM accounts")
        # Whose account is closed uses it no more; it waits for its erasure, which has a promise of its own.
        unconfirmed = "SELECT 1 FROM accounts WHERE age_confirmed_at IS NULL AND closed_at IS NULL"
        return {
            "accounts": accounts,
            "accounts_without_confirmed_age": await count_up_to(self._database, unconfirmed) if is_asked else accounts,
            "sign_up_asks_no_age": int(not is_asked),
        }

    async def _parties(self) -> Figures:
        return self._named
