"""What the data maps keep for a time is removed by somebody: as retention asks, or by the holder's own clock."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import pytest

from chassis.datamap.classes import DataClass
from chassis.datamap.document import DataMap
from services.auth.store.lives import BY_OWN_CLOCK as AUTH
from services.billing.store.lives import BY_OWN_CLOCK as BILLING
from services.library.store.lives import BY_OWN_CLOCK as LIBRARY
from services.retention.domain.account_erasure import HOLDERS
from services.retention.domain.purge import LIVES_YEARS
from services.retention.store.policy_files import read_policies
from services.separation.store.lives import BY_OWN_CLOCK as SEPARATION
from tests.integration.datamap.maps import map_of

BY_OWN_CLOCK = {"auth": AUTH, "billing": BILLING, "library": LIBRARY, "separation": SEPARATION}
PURGE = "services/billing/app/purge_payments.py:purge_payments"
_SPAN = re.compile(r"\b(?:\d+ |an? )?(?:minutes|hours?|days?|years?)\b|next purge")


def with_a_life(data_map: DataMap) -> Mapping[str, set[str]]:
    """Tables of which something is kept for a time -> what removes it."""
    found: dict[str, set[str]] = {}
    for name, entry in data_map.of("tables").items():
        if _SPAN.search(entry.kept):
            found.setdefault(name.partition(".")[0], set()).update(entry.erased)
    return found


def unremoved(tables: Mapping[str, Collection[str]], by_own_clock: Collection[str]) -> set[str]:
    """Tables with a life that neither a purge nor the holder's own clock removes."""
    return {table for table, erasers in tables.items() if PURGE not in erasers and table not in by_own_clock}


@pytest.mark.parametrize("holder", HOLDERS)
def test_every_life_ends_by_a_purge_or_by_the_holders_own_clock(holder: str) -> None:
    """A table that its map keeps for a time is purged on request, or named as removed by the holder's own rounds."""
    assert unremoved(with_a_life(map_of(holder)), BY_OWN_CLOCK[holder]) == set()


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_goes_by_a_holders_own_clock_is_of_its_map(holder: str) -> None:
    """Nothing is named that is not there, and nothing that a purge removes."""
    tables = {name.partition(".")[0] for each in (holder, "chassis") for name in map_of(each).of("tables")}
    assert set(BY_OWN_CLOCK[holder]) <= tables
    assert not {table for table, erasers in with_a_life(map_of(holder)).items() if PURGE in erasers}.intersection(
        BY_OWN_CLOCK[holder]
    )


def test_a_table_whose_life_nobody_ends_is_found() -> None:
    """A life without an end fails, whichever way it is told."""
    assert unremoved({"visits": {"services/x.py:forget"}, "entries": {PURGE}}, ()) == {"visits"}


def test_classes_that_are_purged_are_those_of_the_policy() -> None:
    """Retention asks for the classes, and the years, that the clauses with a life in years say."""
    years = {"two_years": 2, "seven_years": 7}
    newest = max(read_policies().values(), key=lambda policy: policy.version)
    promised: dict[str, int] = {}
    for clause in newest.clauses:
        if clause.deadline in years and clause.clause_id.startswith("9."):
            promised |= {name: years[clause.deadline] for name in clause.data if name != DataClass.PSEUDONYMOUS}
    assert promised == LIVES_YEARS
