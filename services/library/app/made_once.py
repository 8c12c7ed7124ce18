"""What a request of the same name makes, it makes once."""

from __future__ import annotations

from services.library.app.ports import Ports, Work
from services.library.domain.made_request import REQUEST_LIFE, MadeRequest


async def made_once(ports: Ports, work: Work, owner_id: str, request: MadeRequest | None, made_id: str) -> str:
    """`made_id` when this request is to make it, else the name of what it made before. Raises KeyReused.

    Within the unit of work that makes it: what is not made is not remembered.
    """
    if request is None:
        return made_id
    now = ports.clock.now()
    return await work.made_requests.claim(owner_id, request, made_id, now, now - REQUEST_LIFE)
