"""A person closes their account, and whoever holds the link of that follows it, signed in or not.

The token never stands in an address, where servers and proxies would log it: it comes in a body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.calls import ask
from services.gateway.api.closing_schemas import CLOSING_TOKEN, closing_json, followed_json
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.schema import Body, Text, YesNo
from stripsession.retention.v1 import closing_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.retention.v1.closing_service_pb2_grpc import ClosingServiceAsyncStub

_PATH = "/v1/account/closing"
ASK = Body(
    "ClosingRequest",
    "When.",
    (YesNo("at_once", "True erases at once, and nothing takes that back; absent waits until the window has run out."),),
    {"at_once": False},
)
FOLLOW = Body(
    "ClosingToken",
    "A link, as whoever closed the account was told it.",
    (Text("token", "What its fragment holds after the last slash.", required=True, length_min=1, length_max=200),),
    {"token": CLOSING_TOKEN},
)
_IDEMPOTENCY = idempotency_header(
    "A request that comes late cannot begin anew what was taken back since: the same key is then refused. So is it with"
    " another body.",
    IDEMPOTENCY_KEY,
)


class ClosingRoutes:
    """What somebody asks who goes."""

    def __init__(self, closings: ClosingServiceAsyncStub) -> None:
        """Retention has them."""
        self._closings = closings

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                *("POST", _PATH, "askClosing", "Close your account, and have all of it erased.", self.close),
                (Answer(201, "When, and the link to follow it by.", "NewClosing"),),
                headers=(_IDEMPOTENCY,),
                body=ASK,
                tag="privacy",
                description="Once it is due the account is closed, sessions and keys end, a subscription ends at once"
                " with nothing paid back by itself, and every service erases what it holds; payment records stay for"
                " seven years. Until then withdrawClosing takes it back. Asked again, a closing that waits stays as it"
                " is, or becomes due where it is to be at once; each answer has a new token, and the one before opens"
                " nothing any more. Show `path` below the server's address.",
                refusals=("CLOSING_WITHDRAWN", "IDEMPOTENCY_KEY_REUSED", "MALFORMED_HEADER"),
            ),
            Endpoint(
                *("GET", _PATH, "getClosing", "Whether your account is to be closed.", self.get),
                (Answer(200, "The closing that waits or has begun, if any.", "AccountClosing"),),
                tag="privacy",
            ),
            Endpoint(
                *("DELETE", _PATH, "withdrawClosing", "Keep your account. Idempotent.", self.withdraw),
                (Answer(204, "It stays."),),
                tag="privacy",
                refusals=("CLOSING_BEGUN",),
            ),
            Endpoint(
                *("POST", "/v1/privacy/closings/open", "followClosing", "How far a closing is.", self.follow),
                (Answer(200, "How far, and once it is over what was erased and its receipt.", "FollowedClosing"),),
                Access.PUBLIC,
                body=FOLLOW,
                tag="privacy",
                description="For whoever holds the token, signed in or not: it tells moments and numbers, and of"
                " nobody; the receipt alone has the account's identifier, for it is its person's own. 90 days after"
                " the erasure was over the token opens nothing any more. It belongs into no address, where servers"
                " log it.",
                refusals=("CLOSING_NOT_FOUND",),
            ),
        ]

    async def close(self, call: Call) -> Response:
        """Note it."""
        name = idempotency_key(call)
        body = await call.body()
        request = pb.AskClosingRequest(user_id=call.owner_id, at_once=body.get("at_once", False), idempotency_key=name)
        answer = await ask(self._closings.AskClosing, request)
        told = {"token": answer.token, "path": f"/#/closing/{answer.token}"}
        return json_answer(closing_json(answer.closing) | told, 201)

    async def get(self, call: Call) -> Response:
        """What there is."""
        answer = await ask(self._closings.GetClosing, pb.GetClosingRequest(user_id=call.owner_id))
        closing = closing_json(answer.closing) if answer.HasField("closing") else None
        return json_answer({"closing": closing, "window_s": answer.window_s})

    async def withdraw(self, call: Call) -> Response:
        """Take it back."""
        await ask(self._closings.WithdrawClosing, pb.WithdrawClosingRequest(user_id=call.owner_id))
        return nothing()

    async def follow(self, call: Call) -> Response:
        """How far it is."""
        token = (await call.body())["token"]
        return json_answer(followed_json(await ask(self._closings.FollowClosing, pb.FollowClosingRequest(token=token))))
