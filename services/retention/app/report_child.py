"""An operator is told that an account is a child's."""

from __future__ import annotations

from services.retention.app.request_erasure import begin_erasure, require_person
from services.retention.app.request_ports import ReportedChild, RequestPorts
from services.retention.domain.errors import RequestNotFound
from services.retention.domain.privacy_request import is_number


async def report_child(ports: RequestPorts, user_id: str, number: str) -> ReportedChild:
    """Begin the erasure of the account, with the reason, or tell how far it is. Idempotent.

    An erasure that is over is not begun anew: who came back from a backup is erased again as anybody is. Raises
    IdentifierMissing, IdentifierUnknown, and RequestNotFound for a request that is not there.
    """
    require_person(user_id)
    async with ports.requests.transaction() as work:
        if number and (not is_number(number) or await work.request(number) is None):
            raise RequestNotFound
        noted = await begin_erasure(work, user_id, ports.clock.now(), anew=False)
        # Also where the person, or somebody else, had it begun: what was told of it is true all the same.
        await work.note_child(user_id)
    return ReportedChild(noted.erasure, noted.is_new)
