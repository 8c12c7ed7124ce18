"""What is held of a person, for that person: map, call one verb, map."""

from __future__ import annotations

import logging

from chassis import logs
from chassis.rpc.interceptors import Context
from services.retention.app.take_census import CensusPorts, take_census
from services.retention.domain.census import Held, Term
from services.retention.domain.errors import IdentifierMissing
from services.retention.domain.policy import Words
from stripsession.retention.v1 import census_service_pb2 as pb
from stripsession.retention.v1 import census_service_pb2_grpc as pb_grpc
from stripsession.retention.v1 import policy_service_pb2

_log = logging.getLogger(__name__)


class CensusServicer(pb_grpc.CensusServiceServicer):
    """What the gateway asks."""

    def __init__(self, ports: CensusPorts) -> None:
        """Answers from these."""
        self._ports = ports

    async def GetCensus(self, request: pb.GetCensusRequest, context: Context) -> pb.GetCensusResponse:
        """What every holder holds of a person."""
        if not request.owner_id:
            raise IdentifierMissing
        census = await take_census(self._ports, request.owner_id)
        for holder, word in census.away.items():
            logs.event(_log, logging.WARNING, "holder does not say what it holds", holder=holder, reason=word)
        response = pb.GetCensusResponse(held=[held_message(each) for each in census.held], away=list(census.away))
        response.asked_at.FromDatetime(census.asked_at)
        return response


def held_message(held: Held) -> pb.Held:
    """One holding in words."""
    holding = held.holding
    message = pb.Held(
        holder=held.holder,
        kind=holding.kind,
        title=_text(held.words.title) if held.words else None,
        use=_text(held.words.use) if held.words else None,
        count=holding.count,
        is_at_least=holding.is_at_least,
        size_bytes=holding.size_bytes,
        data_class=_term(held.data_class),
        kept=_term(held.kept),
        basis=_term(held.basis),
    )
    if holding.oldest is not None:
        message.oldest.FromDatetime(holding.oldest)
    if holding.newest is not None:
        message.newest.FromDatetime(holding.newest)
    return message


def _term(term: Term) -> pb.HeldTerm:
    return pb.HeldTerm(word=term.word, text=_text(term.text) if term.text else None)


def _text(words: Words) -> policy_service_pb2.PolicyText:
    return policy_service_pb2.PolicyText(by_language=words)
