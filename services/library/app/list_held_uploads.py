"""The uploads that are still held, for those who see that they are erased in time."""

from __future__ import annotations

import datetime

from services.library.app.page_tokens import page_token_of, read_token
from services.library.app.ports import Ports
from services.library.domain.upload import HeldUpload

PAGE_UPLOADS = 200
PAGE_UPLOADS_MAX = 1000


async def list_held_uploads(
    ports: Ports, page_size: int, page_token: str, created_before: datetime.datetime | None
) -> tuple[tuple[HeldUpload, ...], str]:
    """A page, oldest first, and the next page's token. With a moment: the finished, and those created before it.

    Raises PageTokenInvalid.
    """
    size = min(max(page_size, 0) or PAGE_UPLOADS, PAGE_UPLOADS_MAX)
    async with ports.store.transaction() as work:
        found = await work.uploads.held(read_token(page_token), size + 1, created_before)
    uploads = found[:size]
    return uploads, page_token_of(uploads[-1].created_at, uploads[-1].upload_id) if len(found) > size else ""
