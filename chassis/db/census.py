"""What a service holds of a person, counted by kind: the right of access, for every holder the same.

A holder names its kinds in its own `store/holdings.py`, and what of its data map each of them counts; what it does not
count it names there with the reason. A test compares both with the map, so that a new table fails until it has a kind.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
from collections.abc import Mapping, Sequence

from chassis.datamap.classes import DataClass
from chassis.db.pool import Database
from chassis.db.transaction import transaction

COUNTED_MAX = 200_000
"""Rows of one kind that are counted: twice the largest library. More cost no more, and are told as at least so many."""


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
    """What follows FROM: the rows of the person `$1`, found by an index."""
    moment: str = "NULL"
    """When one was made, where a column tells that."""
    size_bytes: str = "NULL"
    """What one takes in object storage, where it lies there."""


@dataclasses.dataclass(frozen=True)
class Counted:
    """How much there is of a kind. Beyond COUNTED_MAX only that there is more."""

    kind: Kind
    count: int
    is_at_least: bool = False
    oldest: datetime.datetime | None = None
    newest: datetime.datetime | None = None
    size_bytes: int | None = None


UNCOUNTED_OF_CHASSIS: Mapping[str, str] = {
    "outbox": "facts with opaque identifiers, gone within moments",
    "inbox": "names of facts that were acted on, and of nobody",
    "dead_letters": "facts with opaque identifiers that could not be acted on, found by no person's",
    "operator_acts": "what operators did, of which a person is told elsewhere; found by no person's identifier",
    "operator_act_outcomes": "as the acts are",
    "erased_people": "a note of who was erased, of whom nothing else is held",
}


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
            rows = await tx.connection.fetch(self._statement, user_id)
        found = sorted((row for row in rows if row["found"]), key=lambda row: int(row["number"]))
        return [
            Counted(self._kinds[row["number"]], COUNTED_MAX, is_at_least=True)
            if row["found"] > COUNTED_MAX
            else Counted(
                self._kinds[row["number"]],
                row["found"],
                oldest=row["oldest"],
                newest=row["newest"],
                size_bytes=row["size_bytes"],
            )
            for row in found
        ]


def _counting(number: int, kind: Kind) -> str:
    return (
        f"SELECT {number} AS number, count(1) AS found, min(moment) AS oldest, max(moment) AS newest,"  # noqa: S608 - constants of a service's code
        f" sum(size_bytes)::bigint AS size_bytes FROM (SELECT {kind.moment}::timestamptz AS moment,"
        f" {kind.size_bytes}::bigint AS size_bytes FROM {kind.rows} LIMIT {COUNTED_MAX + 1}) AS of_kind"
    )
