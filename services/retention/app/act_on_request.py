"""An operator answers a request about privacy, extends it, or closes it; said once more, nothing is done again."""

from __future__ import annotations

from collections.abc import Callable

from services.retention.app.request_ports import RequestPorts
from services.retention.domain.errors import EndingUnknown, RequestNotFound
from services.retention.domain.privacy_request import Ending, PrivacyRequest, is_number

BY_OPERATORS = (Ending.WITHDRAWN, Ending.DUPLICATE, Ending.NO_REQUEST)


async def answer_request(ports: RequestPorts, number: str, answer: str) -> PrivacyRequest:
    """Its end; its sender is told. Raises RequestNotFound, RequestEnded and RequestTextInvalid."""
    now = ports.clock.now()
    return await _changed(ports, number, lambda request: request.answered(answer, now))


async def extend_request(ports: RequestPorts, number: str, reason: str) -> PrivacyRequest:
    """Two months more; its sender is told why.

    Raises RequestNotFound, RequestEnded, RequestExtended, ExtensionTooLate and RequestTextInvalid.
    """
    now = ports.clock.now()
    return await _changed(ports, number, lambda request: request.extended(reason, now))


async def close_request(ports: RequestPorts, number: str, ending: Ending) -> PrivacyRequest:
    """Its end without an answer. Raises RequestNotFound, EndingUnknown and RequestEnded."""
    if ending not in BY_OPERATORS:
        raise EndingUnknown
    now = ports.clock.now()
    return await _changed(ports, number, lambda request: request.closed(ending, now))


async def _changed(
    ports: RequestPorts, number: str, change: Callable[[PrivacyRequest], PrivacyRequest]
) -> PrivacyRequest:
    async with ports.requests.transaction() as work:
        request = await work.locked_request(number) if is_number(number) else None
        if request is None:
            raise RequestNotFound
        changed = change(request)
        await work.save_request(changed, ports.clock.now())
    return changed
