"""The library's links, in memory; what time it is, a test says."""

from __future__ import annotations

import datetime
import secrets
import uuid
from typing import Any

import grpc

from chassis.testing.clock import ManualClock
from stripsession.library.v1 import share_service_pb2, share_service_pb2_grpc
from tests.integration.gateway.fakes import FakeLibrary, missing, refused

WEEK_S = 7 * 86_400


class FakeShares(share_service_pb2_grpc.ShareServiceServicer):
    def __init__(self, library: FakeLibrary) -> None:
        self.clock = ManualClock()
        self.by_token: dict[str, tuple[str, share_service_pb2.Share]] = {}
        self.requests: dict[tuple[str, str], str] = {}
        self.is_full = False
        self._library = library

    def _require_track(self, request: Any) -> None:
        track = self._library.tracks.get(request.track_id)
        if track is None or track.owner_id != request.owner_id:
            raise missing("TRACK")

    def _live(self, track_id: str) -> list[share_service_pb2.Share]:
        return [share for _, share in self.by_token.values() if share.track_id == track_id]

    async def CreateShare(self, request: Any, context: Any) -> share_service_pb2.CreateShareResponse:
        self._require_track(request)
        if self.is_full:
            raise refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_SHARES", "Too many. Revoke one of them first.")
        known = self.requests.get((request.owner_id, request.idempotency_key)) if request.idempotency_key else None
        if known is not None:
            raise refused(grpc.StatusCode.ALREADY_EXISTS, "SECRET_TOLD", "It was told.", facts={"share_id": known})
        share = share_service_pb2.Share(
            share_id=f"shr_{uuid.uuid4().hex}", track_id=request.track_id, view_json=request.view_json or "{}"
        )
        now = self.clock.now()
        share.created_at.FromDatetime(now)
        share.expires_at.FromDatetime(now + datetime.timedelta(seconds=request.life_s or WEEK_S))
        token = secrets.token_urlsafe(32)
        self.requests[request.owner_id, request.idempotency_key] = share.share_id
        self.by_token[token] = (request.owner_id, share)
        return share_service_pb2.CreateShareResponse(share=share, token=token)

    async def ListShares(self, request: Any, context: Any) -> share_service_pb2.ListSharesResponse:
        self._require_track(request)
        return share_service_pb2.ListSharesResponse(shares=self._live(request.track_id))

    async def RevokeShare(self, request: Any, context: Any) -> share_service_pb2.RevokeShareResponse:
        self._require_track(request)
        if request.share_id not in {share.share_id for share in self._live(request.track_id)}:
            raise missing("SHARE")
        self.by_token = {t: s for t, s in self.by_token.items() if s[1].share_id != request.share_id}
        return share_service_pb2.RevokeShareResponse()

    async def OpenShare(self, request: Any, context: Any) -> share_service_pb2.OpenShareResponse:
        owner_id, share = self.by_token.get(request.token, ("", share_service_pb2.Share()))
        if not owner_id or share.expires_at.ToDatetime(datetime.UTC) <= self.clock.now():
            raise missing("SHARE")
        return share_service_pb2.OpenShareResponse(
            owner_id=owner_id, track_id=share.track_id, view_json=share.view_json, expires_at=share.expires_at
        )
