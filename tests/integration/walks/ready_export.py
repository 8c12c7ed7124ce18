"""A person's export as it is once it is ready."""

from __future__ import annotations

import datetime

from chassis.db.pool import Database
from chassis.stored_zip import Entry, directory_end
from services.retention.domain.export import OURS, Export, Given, new_export_id
from services.retention.store.export_parts import PartRows
from tests.integration.walks.house import House
from tests.integration.walks.of_receipt import NO_SEQUENCE, SignedReceipts

_PAGE = b"<!doctype html>"
NEITHER = {"sequence": NO_SEQUENCE, "export_id": f"exp_{'f' * 32}"}
"""What nobody has of these."""


class ReceiptsAndExports:
    """Receipts and exports of people."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._receipts = SignedReceipts(house)

    async def make(self, user_id: str, *, has_export: bool) -> dict[str, str]:
        """Names of new ones. The receipt of a deleted track, which says nothing of anybody, ends exports of before."""
        sequence = await self._receipts.make(user_id)
        return {"sequence": sequence, "export_id": await ready_export(self._house, user_id) if has_export else ""}


async def ready_export(house: House, user_id: str) -> str:
    """Its name. Nothing is in it but a page of ours."""
    now = datetime.datetime.now(datetime.UTC)
    entry = Entry("index.html", now, 0, len(_PAGE))
    directory = entry.directory_entry(0)
    size_bytes = entry.end + len(directory) + len(directory_end(1, len(directory), entry.end))
    export = Export(new_export_id(), user_id, now)
    database = Database(house.urls["retention"], "retention", size_max=1)
    await database.start()
    try:
        await database.pool.execute(
            "INSERT INTO exports (export_id, user_id, state, asked_at, due_at, parts, ready_at, expires_at,"
            " directory_at, size_bytes) VALUES ($1, $2, 'ready', $3, $3, 1, $3, $4, $5, $6)",
            *(export.export_id, user_id, now, now + datetime.timedelta(hours=1), entry.end, size_bytes),
        )
        async with database.pool.acquire() as connection:
            rows = PartRows(connection)
            await rows.add(export.export_id, 0, OURS, Given("index.html", "index", "text/html"))
            await rows.add_content(export.export_id, 0, 0, _PAGE)
            await rows.end(export.export_id, 0, len(_PAGE), 0)
            await rows.place(export.export_id, {0: entry.offset})
    finally:
        await database.stop()
    return export.export_id
