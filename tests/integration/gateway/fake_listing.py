"""What the library tells a list on a screen, in memory."""

from __future__ import annotations

import collections
from typing import Any

from stripsession.library.v1 import listing_service_pb2, listing_service_pb2_grpc
from tests.integration.gateway.fakes import FakeLibrary


class FakeListing(listing_service_pb2_grpc.ListingServiceServicer):
    def __init__(self, library: FakeLibrary) -> None:
        self._library = library

    async def GetTracks(self, request: Any, context: Any) -> listing_service_pb2.GetTracksResponse:
        found = [self._library.tracks[name] for name in request.track_ids if name in self._library.tracks]
        return listing_service_pb2.GetTracksResponse(tracks=[t for t in found if t.owner_id == request.owner_id])

    async def ListTags(self, request: Any, context: Any) -> listing_service_pb2.ListTagsResponse:
        mine = [track for track in self._library.tracks.values() if track.owner_id == request.owner_id]
        counts = collections.Counter(tag for track in mine for tag in track.tags)
        tags = [listing_service_pb2.TagCount(tag=tag, tracks=tracks) for tag, tracks in counts.most_common()]
        return listing_service_pb2.ListTagsResponse(tags=tags)
