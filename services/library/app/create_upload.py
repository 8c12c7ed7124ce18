"""Open a resumable upload."""

from __future__ import annotations

from services.library.app.made_once import made_once
from services.library.app.ports import Limits, Ports
from services.library.domain.errors import TooManyUploads, UploadGone
from services.library.domain.facts import UploadStored
from services.library.domain.identifiers import new_upload_id
from services.library.domain.made_request import request_of
from services.library.domain.text import clean_file_name
from services.library.domain.upload import Upload, check_length


async def create_upload(
    ports: Ports, limits: Limits, owner_id: str, length_bytes: int, file_name: str, idempotency_key: str = ""
) -> Upload:
    """A new, empty upload with a key of its own; or, as far as it is now, what the same request opened within a day.

    `idempotency_key` is the caller's own name for the request; "" is none. Raises UploadEmpty, UploadTooLarge or
    TooManyUploads; UploadGone when what this request opened is erased, and KeyReused when another request has the name.
    """
    check_length(length_bytes, limits.upload_bytes_max)
    now = ports.clock.now()
    upload = Upload(
        upload_id=new_upload_id(),
        owner_id=owner_id,
        length_bytes=length_bytes,
        offset_bytes=0,
        file_name=clean_file_name(file_name),
        created_at=now,
        erased_by=now + limits.upload_life,
    )
    request = request_of("create_upload", idempotency_key, length_bytes, file_name)
    async with ports.store.transaction() as work:
        made = await made_once(ports, work, owner_id, request, upload.upload_id)
        if made != upload.upload_id:
            known = await work.uploads.get(owner_id, made)
            if known is None or not known.key_held:
                raise UploadGone
            return known
        if await work.uploads.count_open(owner_id) >= limits.open_uploads_max:
            raise TooManyUploads
        await work.uploads.add(upload, ports.objects.new_key())
        await work.publish(UploadStored(upload.upload_id, owner_id, now))
    return upload
