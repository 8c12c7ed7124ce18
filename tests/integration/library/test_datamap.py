"""The data map names every column there is, and no other."""

from __future__ import annotations

from pathlib import Path

import yaml

from services.library.store import library_store
from tests.integration.library.world import World

CLASSES = {"personal", "pseudonymous", "audio_key", "operational"}


async def test_every_column_is_mapped(world: World) -> None:
    """Every column of the schema is in the data map with its class, and every table with its life and its end."""
    tables = yaml.safe_load((Path(library_store.__file__).parent / "datamap.yaml").read_text())["tables"]
    rows = await world.database.pool.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1", library_store.SCHEMA
    )
    assert {(table, column) for table, entry in tables.items() for column in entry["columns"]} == {
        (row["table_name"], row["column_name"]) for row in rows
    }
    for entry in tables.values():
        assert entry["kept"]
        assert entry["erased"]
        assert all(column["class"] in CLASSES for column in entry["columns"].values())
