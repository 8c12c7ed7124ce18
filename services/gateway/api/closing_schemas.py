"""Closings of accounts as JSON, with schemas and examples; the only reader of their messages' field names."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.evidence.canonical import canonical
from services.gateway.api.mapping import Json, moment
from services.gateway.api.receipt_examples import RECEIPT_EXAMPLES
from services.gateway.api.shapes import Schema, count, list_of, of, one_of, or_null, structure, text, yes_no
from services.gateway.api.shapes import moment as moment_schema
from stripsession.retention.v1 import closing_service_pb2 as pb

CLOSING_TOKEN = "Jq0vYk2LrWc8mXe1sUb7dPf9aGh3jKi5oRy6tSuAn4T"  # noqa: S105 - made up, it leads to nothing
_STATES: Mapping[int, str] = {
    pb.CLOSING_STATE_WAITING: "waiting",
    pb.CLOSING_STATE_WITHDRAWN: "withdrawn",
    pb.CLOSING_STATE_ERASING: "erasing",
    pb.CLOSING_STATE_OVER: "over",
}
_CLOSING: Mapping[str, Schema] = {
    "state": of("ClosingState"),
    "asked_at": moment_schema("When it was asked for."),
    "due_at": moment_schema("When the erasure begins; until then it can be taken back."),
    "at_once": yes_no("Whether it was to begin at once."),
}


def closing_json(closing: pb.Closing) -> Json:
    """A closing, as its person sees it."""
    return {
        "state": _STATES.get(closing.state, "unspecified"),
        "asked_at": moment(closing.asked_at),
        "due_at": moment(closing.due_at),
        "at_once": closing.at_once,
    }


def followed_json(answer: pb.FollowClosingResponse) -> Json:
    """How far one is."""
    return {
        "state": _STATES.get(answer.state, "unspecified"),
        "due_at": moment(answer.due_at),
        "finished_at": moment(answer.finished_at) if answer.HasField("finished_at") else None,
        "holders": [_holder_json(holder) for holder in answer.holders],
        "receipt": answer.receipt.decode("ascii") or None,
    }


def _holder_json(holder: pb.ClosingHolder) -> Json:
    return {
        "holder": holder.holder,
        "asked_again": holder.asked_again,
        "finished_at": moment(holder.finished_at) if holder.HasField("finished_at") else None,
        "erased": [{"kind": each.kind, "count": each.count} for each in holder.erased],
    }


CLOSING_SCHEMAS: Mapping[str, Schema] = {
    "ClosingState": one_of(
        "waiting: it can be taken back; withdrawn: it was; erasing: services are at it; over: every one is done;"
        " unspecified: newer than this gateway.",
        *("unspecified", "waiting", "withdrawn", "erasing", "over"),
    ),
    "Closing": structure("The closing of an account.", **_CLOSING),
    "NewClosing": structure(
        "The closing of an account, and what it is followed by.",
        **_CLOSING,
        token=text("For followClosing, without signing in. It is told this once."),
        path=text("Where to follow it, below the server's address. The token stands behind the #."),
    ),
    "AccountClosing": structure(
        "Whether an account is to be closed.",
        closing=or_null(of("Closing"), "The one that waits or has begun; null for none."),
        window_s=count("Seconds for which one that is asked for now could be taken back."),
    ),
    "ErasedKind": structure(
        "Things that a service took away.",
        kind=text("What, e.g. tracks."),
        count=count("How many."),
    ),
    "ClosingHolder": structure(
        "A service's part in an erasure.",
        holder=text("Which, e.g. library; sign-in shuts the person out, auth forgets them last."),
        asked_again=yes_no("Whether it did not answer, or refused, and is asked again."),
        finished_at=or_null(moment_schema("When it was done; null before.")),
        erased=list_of("ErasedKind", "What it took away; empty until every service is done."),
    ),
    "FollowedClosing": structure(
        "How far a closing is.",
        state=of("ClosingState"),
        due_at=moment_schema("When the erasure begins, or was to begin."),
        finished_at=or_null(moment_schema("When the last service was done; null before.")),
        holders=list_of("ClosingHolder", "Every service that has a part in it, once it has begun."),
        receipt=or_null(
            text("The account's signed receipt, as a file to keep, to the byte; docs/receipts.md describes it."),
            "Null until it is signed, which is moments after the last service was done, and 90 days after that.",
        ),
    ),
}
_WAITING = {
    "state": "waiting",
    "asked_at": "2030-05-04T09:30:00.000Z",
    "due_at": "2030-05-11T09:30:00.000Z",
    "at_once": False,
}
_DONE_AT = "2030-05-11T09:30:02.000Z"
_OVER_AT = "2030-05-11T09:40:05.000Z"


def _example(holder: str, finished_at: str, **erased: int) -> Json:
    kinds = [{"kind": kind, "count": number} for kind, number in erased.items()]
    return {"holder": holder, "asked_again": False, "finished_at": finished_at, "erased": kinds}


CLOSING_EXAMPLES: Mapping[str, object] = {
    "NewClosing": _WAITING | {"token": CLOSING_TOKEN, "path": f"/#/closing/{CLOSING_TOKEN}"},
    "AccountClosing": {"closing": _WAITING, "window_s": 604800},
    "FollowedClosing": {
        "state": "over",
        "due_at": "2030-05-11T09:30:00.000Z",
        "finished_at": _OVER_AT,
        "holders": [
            _example("sign-in", _DONE_AT),
            _example("library", _DONE_AT, tracks=12, uploads=1),
            _example("separation", _DONE_AT, jobs=12),
            _example("billing", _DONE_AT, subscriptions=1),
            _example("auth", _OVER_AT, accounts=1, sessions=2),
        ],
        "receipt": canonical(RECEIPT_EXAMPLES["SignedReceipt"]).decode("ascii"),
    },
}
