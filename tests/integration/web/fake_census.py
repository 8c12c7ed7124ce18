"""What is held, as the browser client reads it: a few of every kind that there is, in the words that are published."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.db.census import Kind
from services.auth.store import holdings as of_auth
from services.billing.store import holdings as of_billing
from services.gateway.api.census_routes import census_json
from services.gateway.api.held_cookies import held_cookies
from services.library.store import holdings as of_library
from services.retention.api.census_servicer import held_message
from services.retention.domain.census import Holding, told
from services.retention.domain.policy import in_force
from services.retention.store import holdings as of_retention
from services.retention.store.held_words import read_held_words
from services.retention.store.policy_files import read_policies
from services.separation.store import holdings as of_separation
from stripsession.retention.v1 import census_service_pb2 as pb
from tests.integration.web import told as answers

KINDS: Mapping[str, Sequence[Kind]] = {
    "library": of_library.KINDS,
    "separation": of_separation.KINDS,
    "billing": of_billing.KINDS,
    "auth": of_auth.KINDS,
    "retention": of_retention.KINDS,
}
_OLDEST = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_NEWEST = datetime.datetime(2024, 3, 1, tzinfo=datetime.UTC)


def census(away: Sequence[str] = (), unknown: str = "") -> dict[str, object]:
    """Of all holders but those that are away; with a kind that nobody has words for, where one is named."""
    words, policy = read_held_words(), in_force(read_policies(), datetime.date(2030, 1, 1))
    held = [
        held_message(told(holder, _some(kind), words, policy))
        for holder, kinds in KINDS.items()
        if holder not in away
        for kind in kinds
    ]
    if unknown:
        held.append(held_message(told("library", Holding(unknown, "audio", 3, "day", "contract"), words, policy)))
    answer = pb.GetCensusResponse(held=held, away=away)
    answer.asked_at.FromDatetime(_NEWEST)
    cookies = [
        {"name": name, "data_class": cookie.data_class, "text": dict(cookie.text)}
        for name, cookie in held_cookies(is_secure=True)
    ]
    return census_json(answer) | {"cookies": cookies}


def _some(kind: Kind) -> Holding:
    has_moment = kind.moment != "NULL"
    return Holding(
        kind.name,
        kind.data_class,
        1234,
        kind.kept,
        kind.basis,
        oldest=_OLDEST if has_moment else None,
        newest=_NEWEST if has_moment else None,
        size_bytes=None if kind.size_bytes == "NULL" else 12_345_678,
    )


class FakeCensus:
    """Answers what it is told to."""

    def __init__(self) -> None:
        """Everybody answers, and has something of everything."""
        self.answer = census()
        self.asked = 0

    def routes(self) -> list[Route]:
        """Of whoever is signed in."""
        return [Route("/v1/privacy/census", self._census)]

    async def _census(self, _: Request) -> Response:
        self.asked += 1
        return answers.told("Census", self.answer)
