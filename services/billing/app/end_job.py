"""Write how a job ended, and what becomes of the seconds that it gives back."""

from __future__ import annotations

import datetime

from services.billing.app.ports import Work
from services.billing.domain import ledger
from services.billing.domain.entries import Entry
from services.billing.domain.sheets import Sheet


async def end_job(work: Work, ending: Entry, at: datetime.datetime) -> None:
    """Append the charge or release of a job, and what follows from it. The job and then its account are locked."""
    sheets: dict[str, Sheet] = {}
    for posting in ending.postings:
        if sheet := await work.sheet(posting.grant_id):
            sheets[posting.grant_id] = sheet
    await work.append(ending)
    for written_off in ledger.write_offs(ending, sheets, at):
        await work.append(written_off)
    # What a replaced grant got back is worth as much in the one that took its place.
    for origin_id in sorted({sheet.grant.origin_id for sheet in sheets.values() if sheet.is_closed}):
        if carried := ledger.carry(await work.line(origin_id), at):
            await work.append(carried)
