"""CoverService: map, call one verb, map."""

from __future__ import annotations

from typing import Any

import grpc

from services.library.api.mapping import track_message
from services.library.app.ports import Ports
from services.library.app.set_cover import remove_cover, set_cover
from stripsession.library.v1 import cover_service_pb2 as pb
from stripsession.library.v1 import cover_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class CoverServicer(cover_service_pb2_grpc.CoverServiceServicer):
    """What the gateway asks about covers that listeners choose."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def SetCover(self, request: pb.SetCoverRequest, context: Context) -> pb.SetCoverResponse:
        """Give a track another cover."""
        track = await set_cover(self._ports, request.owner_id, request.track_id, request.data)
        return pb.SetCoverResponse(track=track_message(track))

    async def RemoveCover(self, request: pb.RemoveCoverRequest, context: Context) -> pb.RemoveCoverResponse:
        """Take a track's cover away."""
        track = await remove_cover(self._ports, request.owner_id, request.track_id)
        return pb.RemoveCoverResponse(track=track_message(track))
