"""What a holder of data counted of a person, as the contract says it: the same for every holder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from chassis.db.census import Counted
from stripsession.privacy.v1 import data_holder_service_pb2 as pb

Census: TypeAlias = Callable[[str], Awaitable[Sequence[Counted]]]
"""What is held of a person; `chassis.db.census.Holdings.of` is one."""


async def census_response(census: Census, request: pb.CensusRequest) -> pb.CensusResponse:
    """The answer of `DataHolderService.Census`. Nothing is decided in it, so no use case stands between."""
    return pb.CensusResponse(held=[_message(counted) for counted in await census(request.user_id)])


def _message(counted: Counted) -> pb.HeldKind:
    kind = counted.kind
    message = pb.HeldKind(
        kind=kind.name,
        data_class=kind.data_class,
        count=counted.count,
        is_at_least=counted.is_at_least,
        size_bytes=counted.size_bytes,
        kept=kind.kept,
        basis=kind.basis,
    )
    if counted.oldest is not None:
        message.oldest.FromDatetime(counted.oldest)
    if counted.newest is not None:
        message.newest.FromDatetime(counted.newest)
    return message
