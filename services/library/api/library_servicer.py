"""LibraryService: map, call one verb, map."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc

from chassis import metrics
from chassis.rpc.errors import Refusal, RpcRefused
from services.library.api import mapping, report_mapping
from services.library.app.append_upload import append_upload
from services.library.app.cancel_track import cancel_track
from services.library.app.create_track import create_track
from services.library.app.create_upload import create_upload
from services.library.app.delete_track import delete_track
from services.library.app.erase_upload import delete_upload
from services.library.app.get_manifest import get_manifest
from services.library.app.get_upload import get_upload
from services.library.app.list_tracks import list_tracks
from services.library.app.ports import Limits, Ports
from services.library.app.read_assembly import CHUNK_BYTES_MAX
from services.library.app.read_cover import read_cover
from services.library.app.read_download import describe_download, read_download
from services.library.app.read_report import read_report
from services.library.app.read_segment import read_segment
from services.library.app.read_tracks import get_track, update_track
from services.library.app.retry_track import retry_track
from stripsession.library.v1 import library_service_pb2 as pb
from stripsession.library.v1 import library_service_pb2_grpc

Context = grpc.aio.ServicerContext[Any, Any]


class LibraryServicer(library_service_pb2_grpc.LibraryServiceServicer):
    """What the gateway asks on behalf of listeners."""

    def __init__(self, ports: Ports, limits: Limits) -> None:
        """Serve with these."""
        self._ports = ports
        self._limits = limits

    async def CreateUpload(self, request: pb.CreateUploadRequest, context: Context) -> pb.CreateUploadResponse:
        """Open a resumable upload."""
        upload = await create_upload(
            self._ports,
            self._limits,
            request.owner_id,
            request.length_bytes,
            request.file_name,
            request.idempotency_key,
        )
        return pb.CreateUploadResponse(upload=mapping.upload_message(upload))

    async def GetUpload(self, request: pb.GetUploadRequest, context: Context) -> pb.GetUploadResponse:
        """How far an upload is."""
        upload = await get_upload(self._ports, request.owner_id, request.upload_id)
        return pb.GetUploadResponse(upload=mapping.upload_message(upload))

    async def AppendUpload(
        self, request_iterator: AsyncIterator[pb.AppendUploadRequest], context: Context
    ) -> pb.AppendUploadResponse:
        """Append bytes, keeping what arrived."""
        first = await anext(aiter(request_iterator), None)
        if first is None or first.WhichOneof("content") != "start":
            raise RpcRefused(
                Refusal(grpc.StatusCode.INVALID_ARGUMENT, "START_MISSING", "An append begins with a start.")
            )
        start = first.start
        upload = await append_upload(
            self._ports, self._limits, start.owner_id, start.upload_id, start.offset_bytes, _chunks(request_iterator)
        )
        return pb.AppendUploadResponse(upload=mapping.upload_message(upload))

    async def DeleteUpload(self, request: pb.DeleteUploadRequest, context: Context) -> pb.DeleteUploadResponse:
        """Give an upload up."""
        await delete_upload(self._ports, request.owner_id, request.upload_id)
        return pb.DeleteUploadResponse()

    async def CreateTrack(self, request: pb.CreateTrackRequest, context: Context) -> pb.CreateTrackResponse:
        """Make a track and queue its separation."""
        track = await create_track(
            self._ports, request.owner_id, request.upload_id, request.idempotency_key, request.title, request.model
        )
        return pb.CreateTrackResponse(track=mapping.track_message(track))

    async def GetTrack(self, request: pb.GetTrackRequest, context: Context) -> pb.GetTrackResponse:
        """One track."""
        track = await get_track(self._ports, request.owner_id, request.track_id)
        report, analysis = await read_report(self._ports, track)
        return pb.GetTrackResponse(
            track=mapping.track_message(track),
            report=report_mapping.report_message(report),
            analysis=report_mapping.analysis_message(analysis, beats=False),
        )

    async def ListTracks(self, request: pb.ListTracksRequest, context: Context) -> pb.ListTracksResponse:
        """A page of tracks."""
        listed = await list_tracks(
            self._ports,
            request.owner_id,
            request.query,
            request.page_size,
            request.page_token,
            tag=request.tag,
            order=mapping.order(request.order),
            offset=request.offset,
        )
        return pb.ListTracksResponse(
            tracks=[mapping.track_message(track) for track in listed.tracks],
            next_page_token=listed.next_token,
            total=listed.total,
        )

    async def UpdateTrack(self, request: pb.UpdateTrackRequest, context: Context) -> pb.UpdateTrackResponse:
        """Change title, artist and tags."""
        track = await update_track(
            self._ports,
            request.owner_id,
            request.track_id,
            request.title if request.HasField("title") else None,
            request.artist if request.HasField("artist") else None,
            tuple(request.tags.tags) if request.HasField("tags") else None,
        )
        return pb.UpdateTrackResponse(track=mapping.track_message(track))

    async def GetCover(self, request: pb.GetCoverRequest, context: Context) -> pb.GetCoverResponse:
        """A track's cover."""
        cover = await read_cover(self._ports, request.owner_id, request.track_id)
        return pb.GetCoverResponse(media_type=cover.media_type, data=cover.data)

    async def DeleteTrack(self, request: pb.DeleteTrackRequest, context: Context) -> pb.DeleteTrackResponse:
        """Delete a track with all that belongs to it."""
        await delete_track(self._ports, request.owner_id, request.track_id)
        return pb.DeleteTrackResponse()

    async def CancelTrack(self, request: pb.CancelTrackRequest, context: Context) -> pb.CancelTrackResponse:
        """Stop a separation."""
        track = await cancel_track(self._ports, request.owner_id, request.track_id)
        return pb.CancelTrackResponse(track=mapping.track_message(track))

    async def RetryTrack(self, request: pb.RetryTrackRequest, context: Context) -> pb.RetryTrackResponse:
        """Separate again."""
        track = await retry_track(self._ports, request.owner_id, request.track_id)
        return pb.RetryTrackResponse(track=mapping.track_message(track))

    async def GetManifest(self, request: pb.GetManifestRequest, context: Context) -> pb.GetManifestResponse:
        """The segments playable so far."""
        track, segments = await get_manifest(self._ports, request.owner_id, request.track_id, request.from_index)
        report, analysis = await read_report(self._ports, track)
        answer = mapping.manifest_message(track, segments)
        answer.MergeFrom(
            pb.GetManifestResponse(
                report=report_mapping.report_message(report),
                analysis=report_mapping.analysis_message(analysis, beats=True),
            )
        )
        return answer

    async def ReadSegment(
        self, request: pb.ReadSegmentRequest, context: Context
    ) -> AsyncIterator[pb.ReadSegmentResponse]:
        """One segment's FLAC file."""
        data = await read_segment(self._ports, request.owner_id, request.track_id, request.stem, request.index)
        for at in range(0, len(data), CHUNK_BYTES_MAX):
            yield pb.ReadSegmentResponse(chunk=data[at : at + CHUNK_BYTES_MAX])

    async def DescribeDownload(
        self, request: pb.DescribeDownloadRequest, context: Context
    ) -> pb.DescribeDownloadResponse:
        """What a download would be."""
        download = await describe_download(self._ports, mapping.wish(request.spec))
        return pb.DescribeDownloadResponse(
            size_bytes=download.size_bytes or 0,
            size_unknown=download.size_bytes is None,
            media_type=download.media_type,
            file_name=download.file_name,
            etag=download.etag,
        )

    async def ReadDownload(
        self, request: pb.ReadDownloadRequest, context: Context
    ) -> AsyncIterator[pb.ReadDownloadResponse]:
        """The bytes of a download."""
        label = "zip" if request.spec.bundle else request.spec.format
        async for chunk in read_download(
            self._ports, mapping.wish(request.spec), request.start_byte, request.stop_byte
        ):
            # Only here is the format known to be one of ours: a label keeps every word that it was ever given.
            metrics.DOWNLOAD_BYTES.labels(label).inc(len(chunk))
            yield pb.ReadDownloadResponse(chunk=chunk)


async def _chunks(requests: AsyncIterator[pb.AppendUploadRequest]) -> AsyncIterator[bytes]:
    async for request in requests:
        metrics.UPLOAD_BYTES.inc(len(request.chunk))
        yield request.chunk
