"""Note the deadline of a new upload."""

from __future__ import annotations

from services.retention.app.ports import Ports
from services.retention.domain.erasure import HeldUpload, duty_of


async def expect_upload(ports: Ports, upload: HeldUpload) -> None:
    """Note when it is to be erased at the latest. Idempotent; an erased upload stays erased."""
    async with ports.store.transaction() as work:
        await work.expect(duty_of(upload, ports.upload_life, ports.clock.now()))
