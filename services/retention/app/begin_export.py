"""A person asks for all that is held of them."""

from __future__ import annotations

from services.retention.app.export_ports import ExportPorts
from services.retention.app.request_erasure import require_person
from services.retention.domain.export import Export, new_export_id


async def begin_export(ports: ExportPorts, user_id: str) -> Export:
    """A new one, or the one that is being prepared. Raises IdentifierMissing, IdentifierUnknown and ClosingBegun."""
    require_person(user_id)
    return await ports.exports.begin(Export(new_export_id(), user_id, ports.clock.now()))
