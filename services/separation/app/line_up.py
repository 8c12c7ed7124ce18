"""A person's waiting jobs take the places that are free."""

from __future__ import annotations

from services.separation.app.ports import JobWork


async def line_up(work: JobWork, owner_id: str) -> None:
    """Have them stand in line, and announce them: in the transaction that took a job in, or ended one."""
    for queued in await work.line_up(owner_id):
        await work.publish(queued)
