"""What billing counts of its own tables, for those who prove promises."""

from __future__ import annotations

import asyncio
import datetime
import re
from collections.abc import Iterable, Mapping

from chassis import training
from chassis.clock import Clock
from chassis.datamap.classes import DataClass
from chassis.datamap.reading import read_map
from chassis.db.examining import (
    ROOT,
    Figures,
    Look,
    count_up_to,
    examine_columns,
    examine_erased,
    examine_leavings,
    examine_usage,
)
from chassis.db.pool import Database

PLACE = "services/billing/store"
SEARCHED_MAX = 50_000
"""Texts of one column that a look searches; of a larger table a sample, another one each time."""
_FOUND_MAX = 1_000
_AT_ONCE = datetime.timedelta()
_RECONCILED = datetime.timedelta(days=41)
"""Forty days, and the day that the reconciliation may take."""
_LEAVINGS = (
    ("SELECT 1 FROM received_events WHERE received_at < $1", _RECONCILED),
    ("SELECT 1 FROM checkout_orders WHERE ordered_at < $1", _RECONCILED),
    ("SELECT 1 FROM open_grants WHERE expires_at < $1", _AT_ONCE),
)
_LEFT = tuple(
    f"SELECT 1 FROM {table} JOIN erased_people ON user_id = owner_id WHERE erased_people.finished_at IS NOT NULL{more}"  # noqa: S608 - one of the names below
    for table, more in (("accounts", ""), ("open_grants", ""), ("customers", " AND customers.erased_at IS NULL"))
)
_RECORDS = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} WHERE owner_id = erased_people.user_id)"  # noqa: S608 - one of the names below
    for table in ("entries", "grants", "invoices", "customers")
)
# A round of the purge that finds nothing comes again within the hour; a day is what every purge is given.
_LIFE = "interval '7 years 1 day'"
# Free text: what a number could be written into.
_SEARCHED = frozenset({DataClass.PAYMENT, DataClass.SECRET, DataClass.ACCOUNT})
_TEXTS = (
    "SELECT c.relname AS table_name, a.attname AS column_name, greatest(c.reltuples, 0) AS rows"
    " FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid"
    " JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE n.nspname = current_schema() AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
    " AND a.atttypid = ANY(ARRAY['text'::regtype, 'varchar'::regtype, 'jsonb'::regtype])"
)
_DIGITS = "[2-6]([ -]?[0-9]){12,18}"
_CARD = re.compile(r"(?<![0-9A-Za-z])[2-6](?:[ -]?[0-9]){12,18}(?![0-9A-Za-z])")


class Examination:
    """Billing's part of each check."""

    def __init__(self, database: Database, clock: Clock, *, uses_payment_party: bool) -> None:
        """`uses_payment_party` is whether anything can be bought with real money."""
        self._database = database
        self._clock = clock
        self._payment_parties = int(uses_payment_party)

    def looks(self) -> Mapping[str, Look]:
        """By the name of the check."""
        return {
            "account_data_is_mapped": lambda: examine_columns(self._database, PLACE),
            "accounts_erased_in_time": lambda: examine_erased(self._database, _LEFT),
            "no_card_numbers": self._card_numbers,
            "payments_purged_in_time": self._old_payments,
            "expired_things_purged": lambda: examine_leavings(self._database, self._clock.now(), _LEAVINGS),
            "usage_only_with_consent": lambda: examine_usage(self._database, PLACE),
            "usage_purged_in_time": lambda: examine_usage(self._database, PLACE),
            "no_path_to_training": training.examine_imports,
            "third_parties_are_named": self._parties,
        }

    async def _card_numbers(self) -> Figures:
        named = (await asyncio.to_thread(read_map, ROOT, PLACE)).of("tables")
        columns = searched = found = 0
        for row in await self._database.pool.fetch(_TEXTS):
            entry = named.get(f"{row['table_name']}.{row['column_name']}")
            # What nobody named may be anything, and is searched as well.
            if entry is not None and entry.data_class not in _SEARCHED:
                continue
            percent = min(100.0, 100.0 * SEARCHED_MAX / max(row["rows"], 1.0))
            column, table = f'"{row["column_name"]}"', f'"{row["table_name"]}"'
            answer = await self._database.pool.fetchrow(
                f"SELECT count({column}) AS searched, (array_agg({column}::text)"  # noqa: S608 - names are the catalogue's
                f" FILTER (WHERE {column}::text ~ $2))[1:{_FOUND_MAX}] AS suspects"
                f" FROM {table} TABLESAMPLE SYSTEM ($1)",
                percent,
                _DIGITS,
            )
            columns += 1
            searched += answer["searched"] if answer else 0
            found += count_card_numbers((answer["suspects"] if answer else None) or ())
        return {"payment_columns_searched": columns, "texts_searched": searched, "card_numbers_found": found}

    async def _old_payments(self) -> Figures:
        now = self._clock.now()
        # An erasure that never came to its end does not make a life longer.
        old = (
            f"SELECT 1 FROM erased_people WHERE coalesce(finished_at, begun_at) < $1::timestamptz - {_LIFE}"  # noqa: S608 - constants above
            f" AND ({_RECORDS}) AND NOT EXISTS (SELECT 1 FROM invoices"
            f" WHERE owner_id = erased_people.user_id AND created_at >= $1::timestamptz - {_LIFE})"
        )
        nobodys = f"SELECT 1 FROM entries WHERE owner_id IS NULL AND at < $1::timestamptz - {_LIFE}"  # noqa: S608 - the same
        payers = f"SELECT 1 FROM erased_people WHERE {_RECORDS}"  # noqa: S608 - the same
        counts = [await count_up_to(self._database, query, now) for query in (old, nobodys)]
        return {
            "payment_records_past_seven_years": sum(counts),
            "erased_payers": await count_up_to(self._database, payers),
        }

    async def _parties(self) -> Figures:
        return {"payment_parties": self._payment_parties}


def count_card_numbers(texts: Iterable[str]) -> int:
    """How many numbers stand in these that a card could have: 13 to 19 digits, the last of which checks the others."""
    return sum(_checks(match.group()) for text in texts for match in _CARD.finditer(text))


def _checks(number: str) -> bool:
    digits = [int(character) for character in reversed(number) if character.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0
