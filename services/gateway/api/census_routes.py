"""What is held of whoever asks: the right of access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.held_cookies import HeldCookie, held_cookies
from services.gateway.api.mapping import Json, moment
from services.gateway.api.problems import refuse
from services.gateway.domain.bulkhead import AllAreFull, Bulkhead, HolderIsFull
from stripsession.retention.v1 import census_service_pb2 as pb
from stripsession.retention.v1 import policy_service_pb2

if TYPE_CHECKING:
    from stripsession.retention.v1.census_service_pb2_grpc import CensusServiceAsyncStub

AT_ONCE_PER_PERSON = 2
AT_ONCE = 16
"""Each asks five services, which count; more would take from those who only want to play."""


class CensusRoutes:
    """What every service has of a person, and what their browser may have."""

    def __init__(self, census: CensusServiceAsyncStub) -> None:
        """Retention asks the services."""
        self._census = census
        self._asking = Bulkhead(AT_ONCE_PER_PERSON, AT_ONCE)

    def endpoints(self) -> list[Endpoint]:
        """The route."""
        return [
            Endpoint(
                "GET",
                "/v1/privacy/census",
                "getCensus",
                "What is held of you: kinds of things, how many, for what and until when.",
                self.census,
                (Answer(200, "All that could be asked.", "Census"),),
                tag="privacy",
                description="Counted as you ask, by every service for its own part; names and contents are with the"
                " things themselves: getAccount, listTracks, listSessions and so on. A service that does not answer is"
                " named in `away`, and the rest is told. Later versions have more kinds.",
            )
        ]

    async def census(self, call: Call) -> Response:
        """Ask for it."""
        try:
            with self._asking.place(call.owner_id):
                answer = await ask(self._census.GetCensus, pb.GetCensusRequest(owner_id=call.owner_id))
        except HolderIsFull as error:
            detail = "What is held of you is being counted already."
            raise refuse(429, "TOO_MANY_AT_ONCE", detail, Retry_After="1") from error
        except AllAreFull as error:
            raise refuse(503, "BUSY", "Too much is being counted right now.", Retry_After="2") from error
        cookies = held_cookies(is_secure=call.is_https)
        return json_answer(census_json(answer) | {"cookies": [_cookie_json(*each) for each in cookies]})


def census_json(answer: pb.GetCensusResponse) -> Json:
    """All but the cookies."""
    return {
        "asked_at": moment(answer.asked_at),
        "held": [_held_json(held) for held in answer.held],
        "away": list(answer.away),
    }


def _held_json(held: pb.Held) -> Json:
    return {
        "holder": held.holder,
        "kind": held.kind,
        "title": _text_json(held.title),
        "use": _text_json(held.use),
        "count": held.count,
        "is_at_least": held.is_at_least,
        "oldest_at": moment(held.oldest) if held.HasField("oldest") else None,
        "newest_at": moment(held.newest) if held.HasField("newest") else None,
        "size_bytes": held.size_bytes if held.HasField("size_bytes") else None,
        "data_class": _term_json(held.data_class),
        "kept": _term_json(held.kept),
        "basis": _term_json(held.basis),
    }


def _term_json(term: pb.HeldTerm) -> Json:
    return {"word": term.word, "text": _text_json(term.text)}


def _text_json(text: policy_service_pb2.PolicyText) -> dict[str, str] | None:
    return dict(text.by_language) if text.by_language else None


def _cookie_json(name: str, cookie: HeldCookie) -> Json:
    return {"name": name, "data_class": cookie.data_class, "text": dict(cookie.text)}
