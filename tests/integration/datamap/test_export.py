"""Whatever is held of people is given to them who ask for it: the right to one's data, held to every data map."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence

import pytest

from chassis.datamap.classes import DataClass
from chassis.datamap.document import DataMap, Entry
from chassis.db.export import Document, Documents
from chassis.db.of_person import OF_NOBODY
from chassis.testing.postgres import PostgresServer
from services.library.store.tracks_to_give import COVERED, READY
from services.retention.store.held_words import read_held_words
from tests.integration.datamap.maps import STORED, map_of
from tests.integration.datamap.test_columns import migrations_of
from tests.integration.plans import Planner

OWNERS = ("owner_id", "user_id")
"""The person themselves, of whom all of it is."""


def given_by(service: str) -> tuple[Sequence[Document], Mapping[str, str]]:
    room = "own_export" if service == "retention" else "exports"
    module = importlib.import_module(f"services.{service}.store.{room}")
    return module.DOCUMENTS, module.UNEXPORTED


def ungiven(data_map: DataMap, documents: Sequence[Document], exempt: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each column that is neither given nor left out for a reason."""
    known = {document.table: {*document.columns, *document.left_out, *OWNERS} for document in documents}
    for entry in data_map.entries:
        table, _, column = entry.name.partition(".")
        if entry.section != "tables" or table in exempt or column in known.get(table, ()):
            continue
        yield (
            f"{entry.name} is given to nobody who asks for their data: add it to its document in"
            f" services/{data_map.owner}/store, or name it there with the reason why not"
        )


@pytest.mark.parametrize("service", STORED)
def test_whatever_is_mapped_is_given_or_left_out_for_a_reason(service: str) -> None:
    """Each column of each table is in a document, or its owner says why not."""
    documents, exempt = given_by(service)
    assert list(ungiven(map_of(service), documents, exempt)) == []
    reasons = [*exempt.values(), *(reason for each in documents for reason in each.left_out.values())]
    assert all(reasons)


def test_tables_of_the_chassis_are_left_out_for_a_reason() -> None:
    """What every service has of the chassis is found by nobody's identifier, and says so table by table."""
    assert list(ungiven(map_of("chassis"), (), OF_NOBODY)) == []


def test_a_new_column_fails_until_it_is_given() -> None:
    """A column that nobody gives is told with its remedy."""
    documents, exempt = given_by("auth")
    phone = Entry("tables", "accounts.phone", DataClass.ACCOUNT, "always", ("x",), "", map_of("auth").path)
    (fault,) = ungiven(DataMap("auth", map_of("auth").path, (phone,)), documents, exempt)
    assert fault.startswith("accounts.phone is given to nobody who asks for their data")


@pytest.mark.parametrize("service", STORED)
def test_no_secret_is_given(service: str) -> None:
    """Whatever the map calls a secret is in no document, and no document has a column that is not there."""
    documents, exempt = given_by(service)
    mapped = {entry.name: entry.data_class for entry in map_of(service).entries if entry.section == "tables"}
    tables = {name.partition(".")[0] for name in mapped}
    for document in documents:
        for column in (*document.columns, *document.left_out):
            assert f"{document.table}.{column}" in mapped
        secrets = [each for each in document.columns if mapped[f"{document.table}.{each}"] is DataClass.SECRET]
        assert secrets == [], document.table
    assert exempt.keys() <= tables


@pytest.mark.parametrize("service", STORED)
def test_each_document_is_told_of_in_words(service: str) -> None:
    """The index has the words of the census for each, in every language."""
    words = read_held_words()[service]
    assert [each.table for each in given_by(service)[0] if each.kind not in words] == []


@pytest.mark.parametrize("service", STORED)
async def test_nothing_is_given_of_nobody_and_no_table_is_read_whole(service: str, postgres: PostgresServer) -> None:
    """Each document can be asked for in the live schema, is empty of a stranger, and is found by an index."""
    async with postgres.database(service, migrations_of(service)) as database:
        documents = Documents(database, given_by(service)[0])
        for document in documents.all:
            async with documents.open(document, "usr_nobody") as opened:
                assert opened is None, document.table
        planner = Planner(database)
        for document in documents.all:
            await planner.plan(f"SELECT 1 FROM {document.rows}", "usr_1")  # noqa: S608 - of the services' own code
        assert planner.seen
        assert planner.faults <= READ_WHOLE


async def test_files_are_found_by_an_index(postgres: PostgresServer) -> None:
    """A page of somebody's tracks is read alone, from where the last ended, and in the order in which it is given."""
    async with postgres.database("library", migrations_of("library")) as database:
        planner = Planner(database)
        for statement in (COVERED, READY):
            await planner.plan(statement, "usr_1", "trk_1", 100)
            (told,) = await database.pool.fetch(f"EXPLAIN (FORMAT JSON) {statement}", "usr_1", "trk_1", 100)
            assert "tracks_given" in told[0]
            assert '"Sort' not in told[0]
        assert planner.faults == set()


READ_WHOLE = frozenset({"duties is read whole"})
"""Of retention: uploads of one day that are not erased yet, everybody's, which are few."""
