"""Protocol messages of requests about privacy, and page tokens."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from services.retention.api.mapping import place_of, token_of
from services.retention.app.ports import Place
from services.retention.app.read_requests import RequestPage
from services.retention.app.request_ports import ReportedChild, RequestPlace
from services.retention.domain.errors import EndingUnknown, RequestKindUnknown
from services.retention.domain.privacy_request import Ending, Kind, PrivacyRequest, State, Untold
from stripsession.retention.v1 import privacy_request_pb2 as pb
from stripsession.retention.v1 import request_administration_service_pb2 as admin_pb

_KINDS = {
    Kind.ACCESS: pb.REQUEST_KIND_ACCESS,
    Kind.CORRECT: pb.REQUEST_KIND_CORRECT,
    Kind.DELETE: pb.REQUEST_KIND_DELETE,
    Kind.EXPORT: pb.REQUEST_KIND_EXPORT,
    Kind.OBJECT: pb.REQUEST_KIND_OBJECT,
    Kind.CHILD: pb.REQUEST_KIND_CHILD,
    Kind.QUESTION: pb.REQUEST_KIND_QUESTION,
}
_STATES = {
    State.OPEN: pb.REQUEST_STATE_OPEN,
    State.ANSWERED: pb.REQUEST_STATE_ANSWERED,
    State.CLOSED: pb.REQUEST_STATE_CLOSED,
}
_ENDINGS = {
    Ending.NONE: pb.REQUEST_ENDING_UNSPECIFIED,
    Ending.WITHDRAWN: pb.REQUEST_ENDING_WITHDRAWN,
    Ending.DUPLICATE: pb.REQUEST_ENDING_DUPLICATE,
    Ending.NO_REQUEST: pb.REQUEST_ENDING_NO_REQUEST,
    Ending.ERASED: pb.REQUEST_ENDING_ERASED,
}
_OF_KIND: Mapping[int, Kind] = {number: kind for kind, number in _KINDS.items()}
_OF_ENDING: Mapping[int, Ending] = {number: ending for ending, number in _ENDINGS.items()}


def kind_of(number: int) -> Kind:
    """The kind that a message names. Raises RequestKindUnknown."""
    if number not in _OF_KIND:
        raise RequestKindUnknown
    return _OF_KIND[number]


def ending_of(number: int) -> Ending:
    """The ending that a message names. Raises EndingUnknown."""
    if number not in _OF_ENDING:
        raise EndingUnknown
    return _OF_ENDING[number]


def request_message(request: PrivacyRequest) -> pb.PrivacyRequest:
    """A request, as its sender sees it."""
    message = pb.PrivacyRequest(
        number=request.number,
        kind=_KINDS[request.kind],
        text=request.text,
        due_on=request.due_on.isoformat(),
        extension=request.extension,
        state=_STATES[request.state],
        answer=request.answer,
        ending=_ENDINGS[request.ending],
    )
    message.received_at.FromDatetime(request.received_at)
    if request.extended_at is not None:
        message.extended_at.FromDatetime(request.extended_at)
    if request.ended_at is not None:
        message.ended_at.FromDatetime(request.ended_at)
    return message


def to_answer(request: PrivacyRequest, now: datetime.datetime) -> admin_pb.RequestToAnswer:
    """A request, as an operator sees it."""
    return admin_pb.RequestToAnswer(
        request=request_message(request),
        user_id=request.user_id,
        reply_to=request.reply_to,
        late=request.is_late(now),
        untold=request.untold is not Untold.NOTHING,
    )


def request_place(token: str) -> RequestPlace | None:
    """Where a token's page begins; None for the first. Raises PageTokenInvalid."""
    place = place_of(token)
    return None if place is None else RequestPlace(place.erased_at, place.name)


def requests_message(page: RequestPage, now: datetime.datetime) -> admin_pb.ListPrivacyRequestsResponse:
    """A page for an operator."""
    place = page.next_place
    return admin_pb.ListPrivacyRequestsResponse(
        requests=[to_answer(request, now) for request in page.requests],
        next_page_token=token_of(None if place is None else Place(place.at, place.number)),
    )


def child_message(reported: ReportedChild) -> admin_pb.ReportChildResponse:
    """How far the erasure of a reported child is."""
    message = admin_pb.ReportChildResponse(begun=reported.is_new)
    message.requested_at.FromDatetime(reported.erasure.requested_at)
    if reported.erasure.finished_at is not None:
        message.finished_at.FromDatetime(reported.erasure.finished_at)
    return message
