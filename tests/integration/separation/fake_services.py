"""The library behind a real gRPC socket, and billing's ledger, as far as a worker sees them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from chassis.health import Readiness
from chassis.identity import Certificates
from chassis.objects import StoredObjects
from chassis.rpc.errors import Refusal, RpcRefused
from chassis.rpc.server import RpcServer
from chassis.sealing import new_key, seal, unseal
from services.separation.app.ports import Allowance
from services.separation.domain.errors import DependencyAway
from services.separation.domain.job import UploadGrant, UploadPart
from stripsession.library.v1 import material_service_pb2 as messages
from stripsession.library.v1 import material_service_pb2_grpc, upload_pb2

PART_BYTES = 100_000


@dataclass
class FakeTrack:
    grant: UploadGrant
    attempt: int = 0
    segments: list[messages.CommitSegmentRequest] = field(default_factory=list)
    findings: list[messages.RecordFindingsRequest] = field(default_factory=list)
    conclusions: list[messages.ConcludeTrackRequest] = field(default_factory=list)


def pitch_classes(track: FakeTrack) -> list[float]:
    """The sums over the segments; none when one lacks them."""
    heard = [segment.figures.pitch_classes for segment in track.segments]
    return [sum(classes) for classes in zip(*heard, strict=True)] if all(heard) else []


class FakeLibrary(material_service_pb2_grpc.MaterialServiceServicer):
    """Fences attempts and keeps the first writer's segments, as the contract says."""

    def __init__(self) -> None:
        self.tracks: dict[str, FakeTrack] = {}
        self.committed = asyncio.Condition()
        self.concluded = asyncio.Condition()
        self.hold_after: int | None = None
        self.released = asyncio.Event()
        self.faults: list[grpc.StatusCode] = []
        self.conclusions_refused: str | None = None
        self.findings_refused: str | None = None

    def track(self, track_id: str) -> FakeTrack:
        if track_id not in self.tracks:
            raise RpcRefused(Refusal(grpc.StatusCode.NOT_FOUND, "TRACK_NOT_FOUND"))
        return self.tracks[track_id]

    async def OpenTrack(self, request: messages.OpenTrackRequest, context: Any) -> messages.OpenTrackResponse:
        track = self.track(request.track_id)
        if request.attempt < track.attempt:
            raise RpcRefused(Refusal(grpc.StatusCode.ABORTED, "ATTEMPT_FENCED"))
        track.attempt = request.attempt
        grant = upload_pb2.UploadGrant(
            upload_id=track.grant.upload_id,
            length_bytes=track.grant.length_bytes,
            object_key=track.grant.object_key,
            parts=[
                upload_pb2.UploadPart(
                    object_name=part.object_name, offset_bytes=part.offset_bytes, length_bytes=part.length_bytes
                )
                for part in track.grant.parts
            ],
        )
        return messages.OpenTrackResponse(
            upload=grant,
            committed_segments=len(track.segments),
            committed_samples=sum(segment.length_samples for segment in track.segments),
            pitch_classes=pitch_classes(track),
        )

    async def CommitSegment(
        self, request: messages.CommitSegmentRequest, context: Any
    ) -> messages.CommitSegmentResponse:
        track = self.track(request.track_id)
        if self.faults:
            raise RpcRefused(Refusal(self.faults.pop(), "AWAY"))
        if request.attempt < track.attempt:
            raise RpcRefused(Refusal(grpc.StatusCode.ABORTED, "ATTEMPT_FENCED"))
        if self.hold_after is not None and request.index >= self.hold_after:
            await self.released.wait()
        if request.index == len(track.segments):
            track.segments.append(request)
        async with self.committed:
            self.committed.notify_all()
        return messages.CommitSegmentResponse(committed_segments=len(track.segments))

    async def RecordFindings(
        self, request: messages.RecordFindingsRequest, context: Any
    ) -> messages.RecordFindingsResponse:
        track = self.track(request.track_id)
        if request.attempt < track.attempt:
            raise RpcRefused(Refusal(grpc.StatusCode.ABORTED, "ATTEMPT_FENCED"))
        if self.findings_refused is not None:
            raise RpcRefused(Refusal(grpc.StatusCode.INVALID_ARGUMENT, self.findings_refused))
        track.findings.append(request)
        return messages.RecordFindingsResponse()

    async def ConcludeTrack(
        self, request: messages.ConcludeTrackRequest, context: Any
    ) -> messages.ConcludeTrackResponse:
        self.track(request.track_id).conclusions.append(request)
        if self.conclusions_refused is not None:
            raise RpcRefused(Refusal(grpc.StatusCode.ABORTED, self.conclusions_refused))
        async with self.concluded:
            self.concluded.notify_all()
        return messages.ConcludeTrackResponse()

    async def until_committed(self, track_id: str, count: int) -> None:
        async with asyncio.timeout(30), self.committed:
            await self.committed.wait_for(lambda: len(self.tracks[track_id].segments) >= count)


def library_server(servicer: FakeLibrary, certificates: Path) -> RpcServer:
    return RpcServer(
        "127.0.0.1:0",
        Certificates(certificates, "library"),
        statuses={},
        registrations=[
            lambda server: material_service_pb2_grpc.add_MaterialServiceServicer_to_server(servicer, server)
        ],
        readiness=Readiness(),
        drain_s=0.1,
    )


class FakeLedger:
    """Minutes in memory; `away` has every call fail as if billing were down."""

    def __init__(self, longest_song_s: int = 3600, left_s: int = 36_000) -> None:
        self.allowed = Allowance(longest_song_s, left_s)
        self.reserved: dict[str, int] = {}
        self.settled: dict[str, int] = {}
        self.released: set[str] = set()
        self.away = False

    def _reach(self) -> None:
        if self.away:
            raise DependencyAway("billing")

    async def allowance(self, owner_id: str) -> Allowance:
        self._reach()
        return self.allowed

    async def reserve(self, owner_id: str, job_id: str, seconds: int) -> None:
        self._reach()
        self.reserved[job_id] = seconds

    async def settle(self, job_id: str, seconds: int) -> None:
        self._reach()
        self.settled.setdefault(job_id, seconds)

    async def release(self, job_id: str) -> None:
        self._reach()
        self.released.add(job_id)


async def store_upload(objects: StoredObjects, upload_id: str, data: bytes) -> UploadGrant:
    """Seal and store an upload in small parts, as the library does."""
    key, parts = new_key(), []
    for offset in range(0, len(data), PART_BYTES):
        plain = data[offset : offset + PART_BYTES]
        name = f"uploads/{upload_id}/{offset:020d}"
        await objects.put(name, seal(key, name, plain))
        parts.append(UploadPart(name, offset, len(plain)))
    return UploadGrant(upload_id, len(data), key, tuple(parts))


async def stem_files(objects: StoredObjects, track: FakeTrack) -> list[dict[str, bytes]]:
    """Each committed segment's FLAC files by stem."""
    return [
        {
            stem.stem: unseal(stem.object_key, stem.object_name, await objects.get(stem.object_name))
            for stem in segment.stems
        }
        for segment in track.segments
    ]
