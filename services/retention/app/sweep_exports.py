"""Clear away exports whose time is over."""

from __future__ import annotations

from services.retention.app.export_ports import ExportPorts
from services.retention.domain.export import RECORD_LIFE

_AT_ONCE = 20
_PARTS_AT_ONCE = 1000


async def sweep_exports(ports: ExportPorts) -> int:
    """What was copied goes as one expires, and its record a day later; how many expired. In batches."""
    expired = 0
    while removed := await ports.exports.expire(ports.clock.now(), _AT_ONCE):
        expired += removed
    while await ports.exports.clear(_PARTS_AT_ONCE):
        pass
    while await ports.exports.forget(ports.clock.now() - RECORD_LIFE, _AT_ONCE):
        pass
    return expired
