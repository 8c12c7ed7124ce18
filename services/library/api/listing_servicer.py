"""ListingService: map, call one verb, map."""

from __future__ import annotations

from typing import Any

import grpc

from services.library.api.mapping import track_message
from services.library.app.list_tags import list_tags
from services.library.app.ports import Ports
from services.library.app.read_tracks import get_tracks
from stripsession.library.v1 import listing_service_pb2 as pb
from stripsession.library.v1 import listing_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class ListingServicer(listing_service_pb2_grpc.ListingServiceServicer):
    """What the gateway asks for a list on a listener's screen."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def GetTracks(self, request: pb.GetTracksRequest, context: Context) -> pb.GetTracksResponse:
        """Several tracks."""
        tracks = await get_tracks(self._ports, request.owner_id, request.track_ids)
        return pb.GetTracksResponse(tracks=[track_message(track) for track in tracks])

    async def ListTags(self, request: pb.ListTagsRequest, context: Context) -> pb.ListTagsResponse:
        """The tags, with how many tracks have each."""
        counts = await list_tags(self._ports, request.owner_id)
        return pb.ListTagsResponse(tags=[pb.TagCount(tag=count.tag, tracks=count.tracks) for count in counts])
