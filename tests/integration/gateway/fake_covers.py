"""Covers that are set, in memory: any bytes are one."""

from __future__ import annotations

from typing import Any

from stripsession.library.v1 import cover_service_pb2, cover_service_pb2_grpc
from tests.integration.gateway.fakes import FakeLibrary


class FakeCovers(cover_service_pb2_grpc.CoverServiceServicer):
    def __init__(self, library: FakeLibrary) -> None:
        self._library = library

    async def SetCover(self, request: Any, context: Any) -> cover_service_pb2.SetCoverResponse:
        track = self._library.track(request, "SetCover")
        track.has_cover, track.cover_version = True, f"version-{len(request.data)}"
        return cover_service_pb2.SetCoverResponse(track=track)

    async def RemoveCover(self, request: Any, context: Any) -> cover_service_pb2.RemoveCoverResponse:
        track = self._library.track(request, "RemoveCover")
        track.has_cover, track.cover_version = False, ""
        return cover_service_pb2.RemoveCoverResponse(track=track)
