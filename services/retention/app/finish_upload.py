"""An upload is needed no more."""

from __future__ import annotations

from services.retention.app.ports import Ports


async def finish_upload(ports: Ports, upload_id: str) -> bool:
    """Make its erasure due now; false when this upload is not known, so that only the library can tell of it."""
    async with ports.store.transaction() as work:
        return await work.finish(upload_id, ports.clock.now())
