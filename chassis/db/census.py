"""What a service holds of a person, counted by kind: the right of access, for every holder the same.

A holder names its kinds in its own `store/holdings.py`, and what of its data map each of them counts; what it does not
count it names there with the reason. A test compares both with the map, so that a new table fails until it has a kind.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Sequence

import asyncpg

from chassis.datamap.classes import DataClass
from chassis.db.pool import Database
from chassis.db.transaction import transaction

COUNTED_MAX = 50_000
"""Rows of one kind that are counted. More cost no more, and are told as at least so many."""
LOOKED_UP_MAX = 10_000
"""The same, of a kind each of whose rows is looked up by itself."""


class Kept(enum.StrEnum):
    """Until when; the policy has the words of each."""

    ACCOUNT_LIFE = "account_life"
    DAY = "day"
    UNTIL_DELETED = "until_deleted"
    PURGED = "purged"
    TWO_YEARS = "two_years"
    SEVEN_YEARS = "seven_years"


class Basis(enum.StrEnum):
    """Why something may be held; the policy has the words of each."""

    CONTRACT = "contract"
    CONSENT = "consent"
    LEGAL_DUTY = "legal_duty"
    LEGITIMATE_INTEREST = "legitimate_interest"


@dataclasses.dataclass(frozen=True)
class Kind:
    """Things of one kind."""

    name: str
    data_class: DataClass
    kept: Kept
    basis: Basis
    places: tuple[str, ...]
    """What of the data map is counted by this: `table`, `table.column`, or a room of object storage."""
    rows: str
    """What follows FROM: the rows of the person `$1`, found by an index; what hangs on these, as `of_each` says it."""
    moment: str = "NULL"
    """When one was made, where a column tells that."""
    size_bytes: str = "NULL"
    """What one takes in object storage, where it lies there."""
    most: int = COUNTED_MAX


@dataclasses.dataclass(frozen=True)
class Counted:
    """How much there is of a kind. Beyond the most that are counted only that there is more."""

    kind: Kind
    count: int
    is_at_least: bool = False
    oldest: datetime.datetime | None = None
    newest: datetime.datetime | None = None
    size_bytes: int | None = None


class Holdings:
    """What is held in one service's schema."""

    def __init__(self, database: Database, kinds: Sequence[Kind]) -> None:
        """`kinds` are the service's own."""
        self._database = database
        self._kinds = kinds
        self._statement = "\nUNION ALL\n".join(_counting(number, kind) for number, kind in enumerate(kinds))

    async def of(self, user_id: str) -> Sequence[Counted]:
        """What there is of a person, in the order of the kinds and all of one moment; nothing of nobody."""
        async with transaction(self._database) as tx:
            # Compiling the statement takes longer than running it for whom has little.
            await tx.connection.execute("SET LOCAL jit = off")
            rows = await tx.connection.fetch(self._statement, user_id)
        found = sorted((row for row in rows if row["found"]), key=lambda row: int(row["number"]))
        return [_counted(self._kinds[row["number"]], row) for row in found]


def _counted(kind: Kind, row: asyncpg.Record) -> Counted:
    if row["found"] > kind.most:
        # Moments and size would be of some of them.
        return Counted(kind, kind.most, is_at_least=True)
    return Counted(kind, row["found"], oldest=row["oldest"], newest=row["newest"], size_bytes=row["size_bytes"])


def _counting(number: int, kind: Kind) -> str:
    return (
        f"SELECT {number} AS number, count(1) AS found, min(moment) AS oldest, max(moment) AS newest,"  # noqa: S608 - constants of a service's code
        f" sum(size_bytes)::bigint AS size_bytes FROM (SELECT {kind.moment}::timestamptz AS moment,"
        f" {kind.size_bytes}::bigint AS size_bytes FROM {kind.rows} LIMIT {kind.most + 1}) AS of_kind"
    )
