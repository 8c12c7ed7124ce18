"""Requests about privacy as JSON, with schemas and examples; the only reader of their messages' field names."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.mapping import Json, moment
from services.gateway.api.shapes import Schema, list_of, of, one_of, or_null, structure, text
from services.gateway.api.shapes import moment as moment_schema
from stripsession.retention.v1 import privacy_request_pb2 as pb

REQUEST_NUMBER = "PR-7K2M9QX4TD"
REQUEST_TOKEN = "Vb4nLq8sXw2eRk6tYp0mUz7cAf3hGj9dIo5vN1bQxEs"  # noqa: S105 - made up, it leads to nothing
KINDS = {
    "access": pb.REQUEST_KIND_ACCESS,
    "correct": pb.REQUEST_KIND_CORRECT,
    "delete": pb.REQUEST_KIND_DELETE,
    "export": pb.REQUEST_KIND_EXPORT,
    "object": pb.REQUEST_KIND_OBJECT,
    "child": pb.REQUEST_KIND_CHILD,
    "question": pb.REQUEST_KIND_QUESTION,
}
_KIND_WORDS: Mapping[int, str] = {number: word for word, number in KINDS.items()}
_STATES: Mapping[int, str] = {
    pb.REQUEST_STATE_OPEN: "open",
    pb.REQUEST_STATE_ANSWERED: "answered",
    pb.REQUEST_STATE_CLOSED: "closed",
}
_ENDINGS: Mapping[int, str] = {
    pb.REQUEST_ENDING_WITHDRAWN: "withdrawn",
    pb.REQUEST_ENDING_DUPLICATE: "duplicate",
    pb.REQUEST_ENDING_NO_REQUEST: "no_request",
    pb.REQUEST_ENDING_ERASED: "erased",
}
_REQUEST: Mapping[str, Schema] = {
    "number": text("Names it, to us too."),
    "kind": of("PrivacyRequestKind"),
    "text": text("What was written."),
    "received_at": moment_schema("When it came."),
    "due_on": text("The last day, in UTC, on which an answer is in time, e.g. 2030-06-04.", format="date"),
    "extended_at": or_null(moment_schema("When it was extended by two months; null where it was not.")),
    "extension": text("Why; empty where it was not."),
    "state": of("PrivacyRequestState"),
    "answer": text("What was answered; empty before."),
    "ended_at": or_null(moment_schema("When it ended; null before.")),
    "ending": or_null(of("PrivacyRequestEnding"), "Why it was closed; null of one that was not."),
}


def request_json(request: pb.PrivacyRequest) -> Json:
    """A request, as its sender sees it."""
    return {
        "number": request.number,
        "kind": _KIND_WORDS.get(request.kind, "unspecified"),
        "text": request.text,
        "received_at": moment(request.received_at),
        "due_on": request.due_on,
        "extended_at": moment(request.extended_at) if request.HasField("extended_at") else None,
        "extension": request.extension,
        "state": _STATES.get(request.state, "unspecified"),
        "answer": request.answer,
        "ended_at": moment(request.ended_at) if request.HasField("ended_at") else None,
        "ending": _ENDINGS.get(request.ending, "unspecified") if request.ending else None,
    }


REQUEST_SCHEMAS: Mapping[str, Schema] = {
    "PrivacyRequestKind": one_of(
        "access: to see what is held; correct: to have something corrected; delete: to have something deleted; export:"
        " to take along what is held; object: that something is not done with it any more; child: that an account is a"
        " child's; question: something else; unspecified: newer than this gateway.",
        *("unspecified", *KINDS),
    ),
    "PrivacyRequestState": one_of(
        "open: it waits for an answer; answered; closed: it ended without one; unspecified: newer than this gateway.",
        *("unspecified", "open", "answered", "closed"),
    ),
    "PrivacyRequestEnding": one_of(
        "withdrawn: whoever sent it took it back; duplicate: they sent another of the same; no_request: it asks for"
        " nothing; erased: its person's account was erased; unspecified: newer than this gateway.",
        *("unspecified", *_ENDINGS.values()),
    ),
    "PrivacyRequest": structure("A request about privacy.", **_REQUEST),
    "PrivacyRequestList": structure(
        "Your requests.",
        requests=list_of("PrivacyRequest", "Newest first, as long as anything is told of them; 100 at most."),
    ),
    "SentStrangersRequest": structure(
        "A request about privacy, and what it is followed by.",
        **_REQUEST,
        token=text("For followPrivacyRequest, beside the number. It is told this once."),
        path=text("Where to follow it, below the server's address. The token stands behind the #."),
    ),
}
_OPEN: Json = {
    "number": REQUEST_NUMBER,
    "kind": "object",
    "text": "Please do not keep how often my shared songs are played.",
    "received_at": "2030-05-04T09:30:00.000Z",
    "due_on": "2030-06-04",
    "extended_at": None,
    "extension": "",
    "state": "open",
    "answer": "",
    "ended_at": None,
    "ending": None,
}
REQUEST_EXAMPLES: Mapping[str, object] = {
    "PrivacyRequest": _OPEN,
    "PrivacyRequestList": {
        "requests": [
            _OPEN
            | {
                "state": "answered",
                "answer": "We keep it with the link alone, and removed it. A new link counts anew.",
                "ended_at": "2030-05-09T14:05:00.000Z",
            }
        ]
    },
    "SentStrangersRequest": _OPEN
    | {
        "kind": "question",
        "text": "Do you hold anything of me?",
        "token": REQUEST_TOKEN,
        "path": f"/#/request/{REQUEST_NUMBER}/{REQUEST_TOKEN}",
    },
}
