"""Every refusal as application/problem+json (RFC 9457), each with what to do about it."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Mapping
from http import HTTPStatus

import grpc
from starlette.responses import Response

from chassis.rpc.errors import Refusal
from services.gateway.api.reasons import OTHER, REASONS

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_S = 2
# Where a sentence of a service goes over from what happened to what to do about it.
_REMEDY = re.compile(r"[.!?] (?=[A-Z])|; (?=please |try |upload )")


@dataclasses.dataclass(frozen=True)
class Problem:
    """What went wrong, for a person and for a program."""

    status: int
    reason: str
    """Fixed UPPER_SNAKE word."""
    detail: str
    """What happened; where a service says more, what to do about it as well."""
    action: str = ""
    """What to do; empty takes what the detail says to do, else the reason's own, else the status's."""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    facts: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def document(self, request_id: str) -> dict[str, object]:
        """The JSON members."""
        members: dict[str, object] = {
            "type": f"urn:stripsession:problem:{self.reason.lower().replace('_', '-')}",
            "title": HTTPStatus(self.status).phrase if self.status in _PHRASES else "Refused",
            "status": self.status,
            "detail": self.detail,
            "action": self._action(),
            "reason": self.reason,
            "instance": f"urn:stripsession:request:{request_id}",
        }
        if self.facts:
            members["facts"] = dict(self.facts)
        return members

    def _action(self) -> str:
        # Never a second remedy beside the detail's own: whoever shows both leaves out the one the other holds.
        said = _REMEDY.split(self.detail, maxsplit=1)
        own = said[1][:1].upper() + said[1][1:] if len(said) > 1 else ""
        return self.action or own or _ACTIONS.get(self.reason) or _ACTION_BY_STATUS.get(self.status, _ACTION)

    def response(self, request_id: str) -> Response:
        """The HTTP answer."""
        body = json.dumps(self.document(request_id), ensure_ascii=False)
        headers = {"Cache-Control": "no-store", **self.headers}
        return Response(body, status_code=self.status, media_type=MEDIA_TYPE, headers=headers)


class Refused(Exception):
    """The request is refused, and answered with the problem."""

    def __init__(self, problem: Problem) -> None:
        """Nothing but the problem leaves the process."""
        super().__init__(problem.reason)
        self.problem = problem


def refuse(status: int, reason: str, detail: str, **headers: str) -> Refused:
    """A refusal of the gateway's own. Header names are given with _ for -."""
    return Refused(Problem(status, reason, detail, headers={k.replace("_", "-"): v for k, v in headers.items()}))


def unsigned(detail: str = "This needs you to be signed in.", *, error: str = "") -> Refused:
    """401 with the challenge that RFC 6750 asks for."""
    challenge = 'Bearer realm="stripsession"' + (f', error="{error}"' if error else "")
    return refuse(401, "UNAUTHENTICATED", detail, WWW_Authenticate=challenge)


def problem_of(refusal: Refusal) -> Problem:
    """What a service's refusal is in HTTP. An unknown failure says nothing of its inside."""
    is_explained = refusal.reason not in _UNEXPLAINED
    reason = refusal.reason if is_explained else _SILENT.get(refusal.reason, "INTERNAL")
    status = REASONS[reason].status if reason in REASONS else _BY_CODE.get(refusal.code, 500)
    if status == 500 or reason in _OUR_FAULT:
        return Problem(500, "INTERNAL", "Something went wrong on our side.")
    facts = dict(refusal.facts)
    if reason not in REASONS:
        # A service may be newer than this gateway; a client of the document knows its words alone.
        facts["reason"], reason = reason, OTHER
    headers: dict[str, str] = {}
    if status in {429, 503, 504} or refusal.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after_s or _RETRY_AFTER_S)))
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="stripsession"'
    # A broken connection's text names addresses and ports of ours.
    told = _TOLD.get(reason) or (refusal.message if is_explained else "")
    return Problem(status, reason, told or _DETAILS.get(status, "It was refused."), headers=headers, facts=facts)


_PHRASES = frozenset(int(status) for status in HTTPStatus)

# The reasons that chassis gives where the service itself said nothing, and those that speak of it all the same; and
# that of a service which was asked about nobody, whose sentence is about a request that the caller never saw.
_UNEXPLAINED = frozenset({"IDENTIFIER_MISSING", "UNREACHABLE"} | {code.name for code in grpc.StatusCode})
_SILENT: Mapping[str, str] = {
    "CANCELLED": "UNREACHABLE",
    "DEADLINE_EXCEEDED": "DEADLINE",
    "IDENTIFIER_MISSING": "UNAUTHENTICATED",
    "NOT_FOUND": "NOT_FOUND",
    "RESOURCE_EXHAUSTED": "BUSY",
    "UNAUTHENTICATED": "UNAUTHENTICATED",
    "UNAVAILABLE": "UNREACHABLE",
    "UNREACHABLE": "UNREACHABLE",
}
# The gateway's own certificate was refused: nothing that a person could change.
_OUR_FAULT = frozenset({"CALLER_NOT_ALLOWED"})

_BY_CODE: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.OUT_OF_RANGE: 422,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
}

_DETAILS: Mapping[int, str] = {
    401: "You are not signed in.",
    403: "This is not allowed.",
    404: "There is nothing here.",
    409: "This does not fit how things stand now.",
    422: "Something in the request cannot be accepted.",
    429: "That is more than fits at once.",
    503: "A part of StripSession is not available right now.",
    504: "A part of StripSession took too long to answer.",
}

# Said better here than by the service, which does not know how people come by what they need.
_TOLD: Mapping[str, str] = {
    "LINK_SPENT": "This sign-in link was used or has expired. Ask whoever runs this server for a new one; if that is"
    " you, `stripsession link` prints it.",
}

_ACTION = "Check the request against /openapi.json."
_ACTION_BY_STATUS: Mapping[int, str] = {
    400: "Correct the request; /openapi.json describes it.",
    401: "Sign in, or refresh the session, and send the request again.",
    402: "Wait until your minutes renew, or take a larger plan.",
    403: "Send the request from our own pages, or with a bearer token.",
    404: "It may have been deleted, or belong to another account.",
    405: "Use one of the methods in the Allow header.",
    408: "Send the request again on a better connection; an upload goes on where it stopped.",
    409: "Read it again, and repeat the request if it still makes sense.",
    410: "Upload the file again.",
    412: "Send the header Tus-Resumable: 1.0.0.",
    413: "Send something smaller.",
    415: "Send the content type that /openapi.json names for this request.",
    416: "Ask for a range within the size in Content-Range.",
    422: "Change what the detail names, and send the request again.",
    429: "Try again in a moment; Retry-After says in how many seconds.",
    431: "Send fewer or shorter headers.",
    500: "Try again later; if it stays, report the request's id to whoever runs this server.",
    503: "Try again in a moment; Retry-After says in how many seconds.",
    504: "Try again in a moment; Retry-After says in how many seconds.",
}
_ACTIONS: Mapping[str, str] = {
    "EMAIL_TAKEN": "Sign in with this address instead, or use another.",
    "INVALID_EMAIL": "Check the address for a slip of the keyboard.",
    "WEAK_PASSWORD": "Choose another: several words that only you would put together.",
    "WEBHOOK_REFUSED": "Sign it with the secret that this server was told, and with a clock that is right.",
    "WEBHOOK_UNKNOWN": "Take this address out of the sender's list, or set the sender up here.",
    "WEBHOOK_UNREADABLE": "Look whether the sender speaks a newer version than this server.",
    "CODE_SPENT": "Ask for a new link.",
    "WRONG_CODE": "Wait for the authenticator's next code, and look whether its clock is right.",
    "WRONG_PASSWORD": "Look for a slip of the keyboard.",
    "WRONG_CREDENTIALS": "Look for a slip of the keyboard, or create an account if you have none.",
    "CONNECTION_NOT_FOUND": "Nothing needs to be done: it signs nobody in.",
    "PROVIDER_UNKNOWN": "Choose one of those that GET /v1/auth/providers lists.",
    "SESSION_ENDED": "Sign in again.",
    "SESSION_NOT_FOUND": "Nothing needs to be done: it has ended already.",
    "PAYMENTS_NOT_SET_UP": "Ask whoever runs this installation; docs/hosting.md says how payments are set up.",
    "SIGNATURE_INVALID": "Check the webhook secret, and that both clocks are right.",
    "UNKNOWN_OFFER": "Choose one of those that GET /v1/billing/prices lists.",
    "UPLOAD_OFFSET_MISMATCH": "Ask with HEAD how far the upload is, and go on from there.",
    "UPLOAD_INCOMPLETE": "Send the rest of the upload first.",
    "TOO_LONG": "Cut the recording into shorter ones, or take a larger plan.",
    "TRACK_NOT_READY": "Wait until the track is ready; its events tell when.",
    "TRACK_NOT_SEPARATING": "Nothing needs to be done: the separation has already ended.",
    "COVER_NOT_FOUND": "Nothing needs to be done: not every song has a cover.",
    "COVER_TOO_LARGE": "Make the picture smaller; 1000 pixels a side are plenty.",
    "COVER_UNREADABLE": "Save the picture as a JPEG or PNG, and send that.",
    "EXPORT_NOT_READY": "Wait until listExports says that it is ready.",
    "REQUEST_NOT_FOUND": "Look whether the link is whole; the number and what follows it belong together.",
    "TOO_MANY_REQUESTS": "Write what there is to add once one of them is answered.",
    "SHARE_NOT_FOUND": "Ask whoever shared the song for a new link.",
    "SEGMENT_NOT_FOUND": "Read the manifest again; the segment may not be made yet.",
}
