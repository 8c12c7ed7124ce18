"""Every column of the live databases is mapped."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.datamap.comparing import compare
from chassis.datamap.document import DataMap
from chassis.db.pool import Database
from chassis.testing.postgres import PostgresServer
from tests.integration.datamap.maps import ROOT, STORED, map_of, where


def migrations_of(service: str) -> Path:
    return ROOT / "services" / service / "store" / "migrations"


async def columns_of(database: Database) -> set[str]:
    rows = await database.pool.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1", database.schema
    )
    return {f"{row['table_name']}.{row['column_name']}" for row in rows}


def there(chassis: DataMap, living: set[str]) -> DataMap:
    """The chassis's tables that this schema has."""
    tables = {name.partition(".")[0] for name in living}
    entries = tuple(each for each in chassis.entries if each.section != "tables" or each.name.split(".")[0] in tables)
    return DataMap(chassis.owner, chassis.path, entries)


async def faults_in(service: str, database: Database) -> list[str]:
    living = await columns_of(database)
    maps = (map_of(service), there(map_of("chassis"), living))
    return [fault.replace("column ", f"column {service}.", 1) for fault in compared(service, living, maps)]


def compared(service: str, living: set[str], maps: tuple[DataMap, DataMap]) -> list[str]:
    return compare("tables", living, *maps, where=where(service))


@pytest.mark.parametrize("service", STORED)
async def test_every_column_is_mapped(service: str, postgres: PostgresServer) -> None:
    """After its real migrations, a service's schema has the columns of its data map and the chassis's, and no other."""
    async with postgres.database(service, migrations_of(service)) as database:
        assert await faults_in(service, database) == []


async def test_tables_of_the_chassis_are_there(postgres: PostgresServer) -> None:
    """Each table that the chassis maps is in some service's schema."""
    tables: set[str] = set()
    for service in STORED:
        async with postgres.database(service, migrations_of(service)) as database:
            tables |= {name.partition(".")[0] for name in await columns_of(database)}
    assert {name.partition(".")[0] for name in map_of("chassis").of("tables")} <= tables


async def test_a_new_column_fails_until_it_is_mapped(postgres: PostgresServer) -> None:
    """A migration's new column is told with its remedy, and so is one that it dropped, of the chassis, too."""
    async with postgres.database("auth", migrations_of("auth")) as database:
        await database.pool.execute("ALTER TABLE accounts ADD COLUMN shoe_size integer")
        await database.pool.execute("ALTER TABLE dead_letters DROP COLUMN reason")
        new, gone = await faults_in("auth", database)
    remedy = "add it to services/auth/store/datamap.yaml with class, kept, erased"
    assert new == f"column auth.accounts.shoe_size is not mapped: {remedy}"
    remedy = "take it out of chassis/datamap.yaml"
    assert gone == f"column auth.dead_letters.reason is mapped and is no longer there: {remedy}"
