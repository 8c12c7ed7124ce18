"""One request of every RPC of requests about privacy, and those that must be there for them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from chassis.db.pool import Database
from services.retention.domain.account_closing import digest
from stripsession.auth.v1 import request_notice_service_pb2 as notices
from stripsession.retention.v1 import privacy_request_pb2 as request_pb
from stripsession.retention.v1 import privacy_request_service_pb2 as pb
from stripsession.retention.v1 import request_administration_service_pb2 as admin_pb
from tests.integration.walks.house import House
from tests.integration.walks.rpc_examples import Example

FOLLOWED, TOKEN = "PR-WA1K000000", "w" * 43
"""A stranger's, of nobody in the walk: whoever has both reads it."""
ANSWERED, EXTENDED, CLOSED = (f"PR-WA1K{number:06}" for number in (1, 2, 3))
_ACCESS = request_pb.REQUEST_KIND_ACCESS
_SERVICE, _ADMINISTRATION = "PrivacyRequestService", "RequestAdministrationService"


async def strangers_requests(house: House) -> None:
    """Those that the examples name, once."""
    now = datetime.datetime.now(datetime.UTC)
    database = Database(house.urls["retention"], "retention")
    await database.start()
    try:
        await database.pool.executemany(
            "INSERT INTO privacy_requests (number, kind, reply_to, text, received_at, due_on, token_hash)"
            " VALUES ($1, 'access', 'walk@example.org', 'Do you hold anything of me?', $2, $3, $4)"
            " ON CONFLICT DO NOTHING",
            [
                (number, now, now.date() + datetime.timedelta(days=28), digest(TOKEN) if number == FOLLOWED else None)
                for number in (FOLLOWED, ANSWERED, EXTENDED, CLOSED)
            ],
        )
    finally:
        await database.stop()


_OF_PEOPLE: Mapping[str, Example] = {
    # Under one name: only so many of a person wait at a time.
    f"{_SERVICE}.SendRequest": Example(
        lambda asked: pb.SendRequestRequest(user_id=asked.actor, kind=_ACCESS, text="Hello?", idempotency_key="walk")
    ),
    f"{_SERVICE}.ListRequests": Example(lambda asked: pb.ListRequestsRequest(user_id=asked.actor)),
    f"{_SERVICE}.SendStrangersRequest": Example(
        lambda asked: pb.SendStrangersRequestRequest(kind=_ACCESS, text="Hello?", reply_to="walk@example.org")
    ),
    f"{_SERVICE}.FollowRequest": Example(lambda asked: pb.FollowRequestRequest(number=FOLLOWED, token=TOKEN)),
    # Of those that ended, which are of nobody in the walk: an operator reads everybody's.
    f"{_ADMINISTRATION}.ListPrivacyRequests": Example(lambda asked: admin_pb.ListPrivacyRequestsRequest(ended=True)),
    f"{_ADMINISTRATION}.GetPrivacyRequest": Example(lambda asked: admin_pb.GetPrivacyRequestRequest(number=FOLLOWED)),
    f"{_ADMINISTRATION}.AnswerPrivacyRequest": Example(
        lambda asked: admin_pb.AnswerPrivacyRequestRequest(number=ANSWERED, answer="Nothing.")
    ),
    f"{_ADMINISTRATION}.ExtendPrivacyRequest": Example(
        lambda asked: admin_pb.ExtendPrivacyRequestRequest(number=EXTENDED, reason="There are many.")
    ),
    f"{_ADMINISTRATION}.ClosePrivacyRequest": Example(
        lambda asked: admin_pb.ClosePrivacyRequestRequest(number=CLOSED, ending=request_pb.REQUEST_ENDING_NO_REQUEST)
    ),
    # Somebody who never was: whoever asks is needed for what comes after.
    f"{_ADMINISTRATION}.ReportChild": Example(
        lambda asked: admin_pb.ReportChildRequest(user_id=f"usr_{'0' * 31}1", number=FOLLOWED)
    ),
}
OF_REQUESTS: Mapping[str, Example] = {
    **{f"stripsession.retention.v1.{name}": example for name, example in _OF_PEOPLE.items()},
    "stripsession.auth.v1.RequestNoticeService.TellSender": Example(
        lambda asked: notices.TellSenderRequest(
            number=FOLLOWED,
            notice=notices.REQUEST_NOTICE_ANSWERED,
            address="walk@example.org",
            text="Nothing.",
            due_on="2030-06-04",
        )
    ),
}
