"""Where a provider sends the browser back to. Part of no contract: only a browser comes here, and is sent on at once.

Whatever came of it, the way on leads to our own page, at an address that holds nothing but a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from services.gateway.api.calls import ask
from services.gateway.api.cookies import PROVIDER_COOKIE
from services.gateway.api.endpoint import Access, Call, Endpoint
from services.gateway.api.problems import Problem, Refused
from services.gateway.api.reasons import OTHER
from stripsession.auth.v1 import provider_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.provider_service_pb2_grpc import ProviderServiceAsyncStub

PATH = "/v1/auth/providers/{provider}/callback"
ARRIVED = "/#/arrived"
OF_THIS_PLACE = frozenset({"PROVIDER_ANSWER_REFUSED", "PROVIDER_DENIED"})
_READ = ("state", "code", "error", "iss")
_CHARACTERS_MAX = 4096
_EXCHANGE_S = 20.0
"""Deadline: the provider is asked for its document, for the tokens and for its keys."""


class ProviderLanding:
    """The redirect addresses of all providers."""

    def __init__(self, providers: ProviderServiceAsyncStub) -> None:
        """Auth knows what was begun."""
        self._providers = providers

    def endpoints(self) -> list[Endpoint]:
        """The one route."""
        summary = "Where a provider sends the browser back to."
        return [Endpoint("GET", PATH, "landProvider", summary, self.land, (), Access.PUBLIC, head=False)]

    async def land(self, call: Call) -> Response:
        """To the page, with a word of what went wrong."""
        try:
            answer = await ask(self._providers.ReceiveProviderAnswer, _answer(call), deadline_s=_EXCHANGE_S)
        except Refused as error:
            return _onward(f"{ARRIVED}/{_word(error.problem)}")
        return _onward(f"{ARRIVED}/connect" if answer.is_connecting else ARRIVED)


def _answer(call: Call) -> pb.ReceiveProviderAnswerRequest:
    query = call.request.query_params
    # Twice, or endless: no provider sends that, and whose state it is cannot be told.
    read = {name: query[name] for name in _READ if len(query.getlist(name)) == 1 and len(query[name]) < _CHARACTERS_MAX}
    return pb.ReceiveProviderAnswerRequest(
        provider=call.path["provider"],
        browser_secret=call.request.cookies.get(PROVIDER_COOKIE, ""),
        state=read.get("state", ""),
        code=read.get("code", ""),
        error=read.get("error", ""),
        issuer=read.get("iss", ""),
    )


def _word(problem: Problem) -> str:
    # Words of this place alone are none of the document's.
    said = problem.facts.get("reason", "")
    return said if problem.reason == OTHER and said in OF_THIS_PLACE else problem.reason


def _onward(place: str) -> Response:
    # Of this very server, whatever was asked for: no address of anybody's is among what is read.
    return RedirectResponse(place, status_code=303, headers={"Cache-Control": "no-store"})
