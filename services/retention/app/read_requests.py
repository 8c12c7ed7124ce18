"""How far requests about privacy are: one's own, a stranger's by its token, and everybody's for an operator."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Sequence

from services.retention.app.request_erasure import require_person
from services.retention.app.request_ports import RequestPlace, RequestPorts
from services.retention.domain.account_closing import digest, is_token
from services.retention.domain.errors import RequestNotFound
from services.retention.domain.privacy_request import PrivacyRequest, is_number

OWN_MAX = 100
PAGE_DEFAULT = 20
PAGE_MAX = 100


@dataclasses.dataclass(frozen=True)
class RequestPage:
    """Requests, and where the next page begins; None on the last."""

    requests: Sequence[PrivacyRequest]
    next_place: RequestPlace | None


async def list_requests(ports: RequestPorts, user_id: str) -> Sequence[PrivacyRequest]:
    """A person's, newest first. Raises IdentifierMissing and IdentifierUnknown."""
    require_person(user_id)
    async with ports.requests.transaction() as work:
        return await work.requests_of(user_id, OWN_MAX)


async def follow_request(ports: RequestPorts, number: str, token: str) -> PrivacyRequest:
    """A stranger's, for whoever holds its token. Raises RequestNotFound."""
    if not is_number(number) or not is_token(token):
        raise RequestNotFound
    async with ports.requests.transaction() as work:
        request = await work.followed(number, digest(token))
    if request is None:
        raise RequestNotFound
    return request


async def get_request(ports: RequestPorts, number: str) -> PrivacyRequest:
    """One, for an operator. Raises RequestNotFound."""
    async with ports.requests.transaction() as work:
        request = await work.request(number) if is_number(number) else None
    if request is None:
        raise RequestNotFound
    return request


async def page_requests(ports: RequestPorts, after: RequestPlace | None, page_size: int, *, ended: bool) -> RequestPage:
    """For an operator, everybody's; a size of 0 means 20, and 100 is the most."""
    limit = min(page_size, PAGE_MAX) if page_size > 0 else PAGE_DEFAULT
    async with ports.requests.transaction() as work:
        found = await (work.ended_page if ended else work.open_page)(after, limit + 1)
    if len(found) <= limit:
        return RequestPage(found, None)
    return RequestPage(found[:limit], _place(found[limit - 1]))


def _place(last: PrivacyRequest) -> RequestPlace:
    due_at = datetime.datetime.combine(last.due_on, datetime.time(), datetime.UTC)
    return RequestPlace(last.ended_at or due_at, last.number)
