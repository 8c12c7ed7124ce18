"""ShareService: map, call one verb, map."""

from __future__ import annotations

from typing import Any

import grpc

from services.library.api.mapping import timestamp
from services.library.app.create_share import create_share
from services.library.app.list_shares import list_shares
from services.library.app.open_share import open_share
from services.library.app.ports import Ports
from services.library.app.revoke_share import revoke_share
from services.library.domain.share import Share
from stripsession.library.v1 import share_service_pb2 as pb
from stripsession.library.v1 import share_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class ShareServicer(share_service_pb2_grpc.ShareServiceServicer):
    """What the gateway asks for a track's owner, and for whoever holds a link."""

    def __init__(self, ports: Ports) -> None:
        """Serve with these."""
        self._ports = ports

    async def CreateShare(self, request: pb.CreateShareRequest, context: Context) -> pb.CreateShareResponse:
        """Make a link."""
        share, token = await create_share(
            self._ports, request.owner_id, request.track_id, request.life_s, request.view_json, request.idempotency_key
        )
        return pb.CreateShareResponse(share=_message(share), token=token)

    async def ListShares(self, request: pb.ListSharesRequest, context: Context) -> pb.ListSharesResponse:
        """A track's links."""
        shares = await list_shares(self._ports, request.owner_id, request.track_id)
        return pb.ListSharesResponse(shares=[_message(share) for share in shares])

    async def RevokeShare(self, request: pb.RevokeShareRequest, context: Context) -> pb.RevokeShareResponse:
        """End a link."""
        await revoke_share(self._ports, request.owner_id, request.track_id, request.share_id)
        return pb.RevokeShareResponse()

    async def OpenShare(self, request: pb.OpenShareRequest, context: Context) -> pb.OpenShareResponse:
        """What a token opens."""
        share = await open_share(self._ports, request.token)
        return pb.OpenShareResponse(
            owner_id=share.owner_id,
            track_id=share.track_id,
            view_json=share.view,
            expires_at=timestamp(share.expires_at),
        )


def _message(share: Share) -> pb.Share:
    return pb.Share(
        share_id=share.share_id,
        track_id=share.track_id,
        view_json=share.view,
        created_at=timestamp(share.created_at),
        expires_at=timestamp(share.expires_at),
    )
