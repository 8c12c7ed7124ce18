"""Requests about privacy: of people, and of whoever has no account, who follow theirs by number and token.

The token never stands in an address, where servers and proxies would log it: it comes in a body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.request_schemas import KINDS, REQUEST_NUMBER, REQUEST_TOKEN, request_json
from services.gateway.api.schema import Body, Text
from stripsession.retention.v1 import privacy_request_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.retention.v1.privacy_request_service_pb2_grpc import PrivacyRequestServiceAsyncStub

_PATH = "/v1/privacy/requests"
_KIND = Text("kind", "What is asked for.", required=True, options=tuple(KINDS), shared="NewPrivacyRequestKind")
_TEXT = Text("text", "In your words, 1 to 4000 characters.", required=True, length_min=1, length_max=4000)
SEND = Body(
    "NewPrivacyRequest",
    "What you ask for.",
    (_KIND, _TEXT),
    {"kind": "object", "text": "Please do not keep how often my shared songs are played."},
)
SEND_AS_STRANGER = Body(
    "StrangersRequest",
    "What you ask for, and where an answer goes.",
    (
        _KIND,
        _TEXT,
        Text(
            "reply_to",
            "Your e-mail address, for the answer and nothing else; it is removed once the answer is on its way.",
            required=True,
            length_min=3,
            length_max=254,
            pattern=r"^[^@\x00-\x1F\x7F]+@[^@\x00-\x1F\x7F]+$",
            fault="must be an e-mail address",
            reason="REPLY_ADDRESS_INVALID",
        ),
    ),
    {"kind": "question", "text": "Do you hold anything of me?", "reply_to": "somebody@example.org"},
)
FOLLOW = Body(
    "PrivacyRequestToken",
    "A link, as whoever sent the request was told it.",
    (
        Text("number", "The request's number.", required=True, length_min=1, length_max=20),
        Text(
            "token", "What the link's fragment holds after the last slash.", required=True, length_min=1, length_max=200
        ),
    ),
    {"number": REQUEST_NUMBER, "token": REQUEST_TOKEN},
)
_CLOCK = (
    " It has a number at once, and is answered by the day in `due_on`: within a month, to which two may be added, once"
    " and with a reason that you are told (GDPR, article 12(3))."
)
_IDEMPOTENCY = idempotency_header("The same key sends one request; with another body it is refused.", IDEMPOTENCY_KEY)


class RequestRoutes:
    """What somebody asks who has a request about privacy."""

    def __init__(self, requests: PrivacyRequestServiceAsyncStub) -> None:
        """Retention has them."""
        self._requests = requests

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                *("POST", _PATH, "sendPrivacyRequest", "Send a request about privacy.", self.send),
                (Answer(201, "It is noted.", "PrivacyRequest"),),
                headers=(_IDEMPOTENCY,),
                body=SEND,
                tag="privacy",
                description="Most of what can be asked for you can do yourself, at once: getCensus, updateAccount,"
                f" deleteTrack, beginExport, askClosing.{_CLOCK} Five may wait at a time.",
                refusals=(
                    "CLOSING_BEGUN",
                    "IDEMPOTENCY_KEY_REUSED",
                    "MALFORMED_HEADER",
                    "REQUEST_TEXT_INVALID",
                    "TOO_MANY_REQUESTS",
                ),
            ),
            Endpoint(
                *("GET", _PATH, "listPrivacyRequests", "Your requests about privacy.", self.list_own),
                (Answer(200, "Where each stands.", "PrivacyRequestList"),),
                tag="privacy",
                description="What was written, and the answer, are told for 90 days after the end.",
            ),
            Endpoint(
                *(
                    "POST",
                    f"{_PATH}/unsigned",
                    "sendStrangersRequest",
                    "Send one without an account.",
                    self.send_unsigned,
                ),
                (Answer(201, "It is noted, and the link to follow it by.", "SentStrangersRequest"),),
                *(Access.PUBLIC, Rate.SIGN_IN),
                body=SEND_AS_STRANGER,
                tag="privacy",
                description=f"For whoever has no account, or cannot sign in.{_CLOCK} Nothing is mailed to the address"
                " before somebody answers or extends the request, as it may be anybody's. Show `path` below the"
                " server's address.",
                refusals=("REPLY_ADDRESS_INVALID", "REQUESTS_FULL", "REQUEST_TEXT_INVALID"),
            ),
            Endpoint(
                *("POST", f"{_PATH}/open", "followPrivacyRequest", "How far a request is.", self.follow),
                (Answer(200, "Where it stands.", "PrivacyRequest"),),
                Access.PUBLIC,
                body=FOLLOW,
                tag="privacy",
                description="For whoever holds the token of one that was sent without an account, until 90 days after"
                " its end. The token belongs into no address, where servers log it.",
                refusals=("REQUEST_NOT_FOUND",),
            ),
        ]

    async def send(self, call: Call) -> Response:
        """Note a person's."""
        name = idempotency_key(call)
        body = await call.body()
        request = pb.SendRequestRequest(
            user_id=call.owner_id, kind=KINDS[body["kind"]], text=body["text"], idempotency_key=name
        )
        return json_answer(request_json((await ask(self._requests.SendRequest, request)).request), 201)

    async def list_own(self, call: Call) -> Response:
        """Where each stands."""
        answer = await ask(self._requests.ListRequests, pb.ListRequestsRequest(user_id=call.owner_id))
        return json_answer({"requests": [request_json(each) for each in answer.requests]})

    async def send_unsigned(self, call: Call) -> Response:
        """Note that of somebody without an account."""
        body = await call.body()
        request = pb.SendStrangersRequestRequest(kind=KINDS[body["kind"]], text=body["text"], reply_to=body["reply_to"])
        answer = await ask(self._requests.SendStrangersRequest, request)
        told = {"token": answer.token, "path": f"/#/request/{answer.request.number}/{answer.token}"}
        return json_answer(request_json(answer.request) | told, 201)

    async def follow(self, call: Call) -> Response:
        """How far it is."""
        body = await call.body()
        request = pb.FollowRequestRequest(number=body["number"], token=body["token"])
        return json_answer(request_json((await ask(self._requests.FollowRequest, request)).request))
