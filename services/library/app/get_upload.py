"""How far an upload is."""

from __future__ import annotations

from services.library.app.ports import Ports
from services.library.domain.errors import UploadNotFound
from services.library.domain.upload import Upload


async def get_upload(ports: Ports, owner_id: str, upload_id: str) -> Upload:
    """One of the owner's uploads that is still held. Raises UploadNotFound."""
    async with ports.store.transaction() as work:
        upload = await work.uploads.get(owner_id, upload_id)
    if upload is None or not upload.key_held:
        raise UploadNotFound
    return upload
