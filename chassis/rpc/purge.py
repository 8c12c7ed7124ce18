"""What a holder of data removes that is held too long, as the contract says it: the same for every holder."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Protocol

import grpc

from chassis.datamap.classes import DataClass
from chassis.datamap.reading import read_map
from chassis.db.examining import ROOT
from chassis.rpc.errors import Refusal, RpcRefused
from stripsession.privacy.v1 import data_holder_service_pb2 as pb

_SKEW = datetime.timedelta(minutes=1)
"""Clocks of two machines are never the same."""


class Purged(Protocol):
    """How far a purge has come."""

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left that ended before the moment."""
        ...

    @property
    def counts(self) -> Mapping[str, int]:
        """What this call removed, by kind."""
        ...


Purge = Callable[[datetime.datetime], Awaitable[Purged]]
"""Removes what ended before a moment, or goes on with it."""


class Purger:
    """A holder's part: what it removes on being asked, and what it removes by its own clock."""

    def __init__(self, place: str, by_own_clock: Collection[str], on_request: Mapping[DataClass, Purge]) -> None:
        """`place` is where the holder's data map lies; `by_own_clock` are tables of it."""
        self._place = place
        self._by_own_clock = by_own_clock
        self._on_request = on_request

    async def response(self, request: pb.PurgeRequest) -> pb.PurgeResponse:
        """The answer of `DataHolderService.Purge`. Raises RpcRefused."""
        data_class = _class_of(request)
        older_than = _moment_of(request)
        own = await self._own_clock_of(data_class)
        purge = self._on_request.get(data_class)
        if purge is None:
            return pb.PurgeResponse(finished=True, by_own_clock=own)
        done = await purge(older_than)
        kinds = [pb.ErasedKind(kind=kind, count=count) for kind, count in sorted(done.counts.items()) if count]
        return pb.PurgeResponse(finished=done.is_finished, purged=kinds, by_own_clock=own)

    async def _own_clock_of(self, data_class: DataClass) -> list[str]:
        return sorted((await asyncio.to_thread(self._tables_of, data_class)).intersection(self._by_own_clock))

    def _tables_of(self, data_class: DataClass) -> set[str]:
        columns = {**read_map(ROOT, "chassis").of("tables"), **read_map(ROOT, self._place).of("tables")}
        return {name.partition(".")[0] for name, entry in columns.items() if entry.data_class is data_class}


def _class_of(request: pb.PurgeRequest) -> DataClass:
    if request.data_class not in set(DataClass):
        raise RpcRefused(Refusal(grpc.StatusCode.INVALID_ARGUMENT, "DATA_CLASS_UNKNOWN", "There is no such class."))
    return DataClass(request.data_class)


def _moment_of(request: pb.PurgeRequest) -> datetime.datetime:
    moment = request.older_than.ToDatetime(datetime.UTC)
    # What has no moment would begin in 1970, and a moment to come would remove what is in use.
    if not request.HasField("older_than") or moment > datetime.datetime.now(datetime.UTC) + _SKEW:
        raise RpcRefused(Refusal(grpc.StatusCode.INVALID_ARGUMENT, "MOMENT_INVALID", "No life ends at such a moment."))
    return moment
