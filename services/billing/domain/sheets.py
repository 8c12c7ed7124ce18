"""Grants, summed: what was granted, charged, is held, was written off, and is left."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterable, Sequence

from services.billing.domain.entries import EntryKind, Posting
from services.billing.domain.grants import Grant


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One grant's sums; none is ever negative, and what was granted is left, held, charged, expired or retracted."""

    grant: Grant
    granted_s: int = 0
    charged_s: int = 0
    held_s: int = 0
    expired_s: int = 0
    retracted_s: int = 0
    is_closed: bool = False
    """It was refunded or replaced: nothing may be drawn from it, and what is given back to it is retracted."""

    @property
    def used_s(self) -> int:
        """Seconds that are charged or held."""
        return self.charged_s + self.held_s

    @property
    def left_s(self) -> int:
        """Seconds that nothing was done with."""
        return self.granted_s - self.used_s - self.expired_s - self.retracted_s

    def usable_s(self, at: datetime.datetime) -> int:
        """Seconds that may be reserved at that moment."""
        return self.left_s if self.grant.is_live(at) and not self.is_closed else 0

    def posted(self, kind: EntryKind, posting: Posting) -> Sheet:
        """The sheet after a posting to it."""
        left_s, held_s = posting.left_change_s, posting.held_change_s
        return dataclasses.replace(
            self,
            granted_s=self.granted_s + (left_s if kind is EntryKind.GRANT else 0),
            charged_s=self.charged_s - (left_s + held_s if kind is EntryKind.SETTLE else 0),
            held_s=self.held_s + held_s,
            expired_s=self.expired_s - (left_s if kind is EntryKind.EXPIRE else 0),
            retracted_s=self.retracted_s - (left_s if kind is EntryKind.RETRACT else 0),
            is_closed=self.is_closed or kind is EntryKind.RETRACT,
        )


def in_order_of_end(sheets: Iterable[Sheet]) -> Sequence[Sheet]:
    """The order in which grants are drawn from, and charged: what ends first is used first."""
    return sorted(sheets, key=lambda sheet: (sheet.grant.expires_at, sheet.grant.starts_at, sheet.grant.grant_id))


def in_line(sheets: Iterable[Sheet]) -> Sequence[Sheet]:
    """Grants that replaced each other, the first one first."""
    successors = {sheet.grant.replaces_id: sheet for sheet in sheets}
    line: list[Sheet] = []
    following = successors.get(None)
    while following:
        line.append(following)
        following = successors.get(following.grant.grant_id)
    return line


def entitled_s(line: Sequence[Sheet]) -> int:
    """Seconds that the last grant of a line is worth.

    What a person kept of the grants before it comes on top, and what they used of those comes off, so that changing
    plans to and fro gives nothing: used and left together are what was kept and the last grant's nominal seconds.
    """
    carried_s = sum(after.grant.kept_s - before.used_s for before, after in itertools.pairwise(line))
    return max(0, line[-1].grant.nominal_s + carried_s)
