"""Which exports a person has, and how one of them stands."""

from __future__ import annotations

from collections.abc import Sequence

from services.retention.app.export_ports import ExportPorts
from services.retention.domain.errors import ExportNotFound
from services.retention.domain.export import TOLD_MAX, Export


async def list_exports(ports: ExportPorts, user_id: str) -> Sequence[Export]:
    """The last of theirs, newest first."""
    now = ports.clock.now()
    return [export.seen(now) for export in await ports.exports.of_person(user_id, TOLD_MAX)]


async def get_export(ports: ExportPorts, user_id: str, export_id: str) -> Export:
    """One of theirs. Raises ExportNotFound."""
    export = await ports.exports.get(user_id, export_id)
    if export is None:
        raise ExportNotFound
    return export.seen(ports.clock.now())
