"""Whatever is held of people is counted for them: the right of access, held to every data map."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence

import pytest

from chassis.datamap.classes import DataClass
from chassis.datamap.document import DataMap, Entry
from chassis.db.census import Holdings, Kind
from chassis.db.of_person import OF_NOBODY as TABLES_OF_NOBODY
from chassis.testing.postgres import PostgresServer
from tests.integration.datamap.maps import STORED, all_maps, map_of
from tests.integration.datamap.test_columns import migrations_of

OF_NOBODY = (DataClass.OPERATIONAL, DataClass.STAFF)
"""What says nothing of a person who uses the product."""
SECTIONS = ("tables", "objects", "files")
"""Messages, streams and logs hold opaque identifiers, by which nobody's can be found; they are gone within days."""


def kinds_of(service: str) -> tuple[Sequence[Kind], Mapping[str, str]]:
    module = importlib.import_module(f"services.{service}.store.holdings")
    return module.KINDS, module.UNCOUNTED


def is_at(entry: Entry, place: str) -> bool:
    """Whether a place names this entry, or the table that it is a column of."""
    return place in (entry.name, entry.name.partition(".")[0])


def uncounted(data_map: DataMap, kinds: Sequence[Kind], exempt: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each entry that no kind counts."""
    places = {place for kind in kinds for place in kind.places} | exempt.keys()
    for entry in data_map.entries:
        if entry.section not in SECTIONS or entry.data_class in OF_NOBODY:
            continue
        if not any(is_at(entry, place) for place in places):
            yield (
                f"{entry.name} is {entry.data_class}, and no census tells people of it: give it a kind in"
                f" services/{data_map.owner}/store/holdings.py, or name it there with the reason why not"
            )


@pytest.mark.parametrize("service", STORED)
def test_whatever_is_mapped_is_counted(service: str) -> None:
    """Each table, column and room that says something of a person is counted by a kind, or exempt for a reason."""
    kinds, exempt = kinds_of(service)
    assert list(uncounted(map_of(service), kinds, exempt)) == []
    assert all(exempt.values())


def test_tables_of_the_chassis_are_exempt_for_a_reason() -> None:
    """What every service has of the chassis is found by nobody's identifier, and says so table by table."""
    assert list(uncounted(map_of("chassis"), (), TABLES_OF_NOBODY)) == []


@pytest.mark.parametrize("service", STORED)
def test_no_kind_counts_what_is_gone(service: str) -> None:
    """Every place that a kind or an exemption names is mapped, and one of a kind's places is of the class it tells."""
    kinds, exempt = kinds_of(service)
    mapped = [entry for each in all_maps() for entry in each.entries if entry.section in SECTIONS]
    places = {place for kind in kinds for place in kind.places} | exempt.keys()
    assert {place for place in places if not any(is_at(entry, place) for entry in mapped)} == set()
    for kind in kinds:
        classes = {entry.data_class for entry in mapped if any(is_at(entry, place) for place in kind.places)}
        assert kind.data_class in classes, kind.name
    assert len({kind.name for kind in kinds}) == len(kinds)


def test_a_new_table_fails_until_it_is_counted() -> None:
    """A table that nobody counts is told with its remedy, and so is a new column of a table counted by columns."""
    kinds, exempt = kinds_of("auth")
    shoes = Entry("tables", "shoes.size", DataClass.ACCOUNT, "always", ("x",), "", map_of("auth").path)
    phone = Entry("tables", "accounts.phone", DataClass.ACCOUNT, "always", ("x",), "", map_of("auth").path)
    faults = list(uncounted(DataMap("auth", map_of("auth").path, (shoes, phone)), kinds, exempt))
    remedy = (
        "and no census tells people of it: give it a kind in services/auth/store/holdings.py, or name it there with"
        " the reason why not"
    )
    assert faults == [f"shoes.size is account, {remedy}", f"accounts.phone is account, {remedy}"]


@pytest.mark.parametrize("service", STORED)
async def test_a_census_of_nobody_is_empty(service: str, postgres: PostgresServer) -> None:
    """Every kind can be counted in the live schema, and of somebody who was never here there is nothing."""
    async with postgres.database(service, migrations_of(service)) as database:
        assert list(await Holdings(database, kinds_of(service)[0]).of("usr_nobody")) == []


@pytest.mark.parametrize("service", STORED)
async def test_a_census_reads_no_whole_table(service: str, postgres: PostgresServer) -> None:
    """Each kind is found by an index: what it costs follows one person's things, and not everybody's."""
    async with postgres.database(service, migrations_of(service)) as database, database.pool.acquire() as connection:
        await connection.execute("SET enable_seqscan = off")
        for kind in kinds_of(service)[0]:
            asked = kind.rows.replace("$1", "'usr_1'")
            plan = await connection.fetch(f"EXPLAIN SELECT 1 FROM {asked}")  # noqa: S608 - of the services' own code
            read = [row["QUERY PLAN"] for row in plan if "Seq Scan" in row["QUERY PLAN"]]
            assert not read or kind.name in READ_WHOLE, kind.name
            # With many rows a planner may join otherwise, and then it reads what is everybody's.
            assert " JOIN " not in kind.rows.replace("CROSS JOIN LATERAL", ""), kind.name


READ_WHOLE = frozenset({"duties"})
"""Of retention: uploads of one day that are not erased yet, everybody's, which are few."""
