"""Protos to domain and back; the only reader of field names."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from services.library.api import report_mapping
from services.library.app.read_download import Wish
from services.library.domain.errors import SegmentInvalid
from services.library.domain.keys import Key
from services.library.domain.listing import Order
from services.library.domain.remark import Remark, remarks_of
from services.library.domain.segment import SealedSegment, Segment, SegmentStem
from services.library.domain.track import Failure, Outcome, Track, TrackState
from services.library.domain.upload import Grant, HeldUpload, Upload
from stripsession.library.v1 import (
    library_service_pb2,
    material_service_pb2,
    track_pb2,
    upload_holding_service_pb2,
    upload_pb2,
)

_STATES = {
    TrackState.CHECKING: track_pb2.TRACK_STATE_CHECKING,
    TrackState.SEPARATING: track_pb2.TRACK_STATE_SEPARATING,
    TrackState.READY: track_pb2.TRACK_STATE_READY,
    TrackState.FAILED: track_pb2.TRACK_STATE_FAILED,
    TrackState.CANCELLED: track_pb2.TRACK_STATE_CANCELLED,
}
_OUTCOMES = {
    material_service_pb2.OUTCOME_COMPLETED: Outcome.COMPLETED,
    material_service_pb2.OUTCOME_FAILED: Outcome.FAILED,
    material_service_pb2.OUTCOME_CANCELLED: Outcome.CANCELLED,
}


_ORDERS = {
    library_service_pb2.TRACK_ORDER_TITLE: Order.TITLE,
    library_service_pb2.TRACK_ORDER_ARTIST: Order.ARTIST,
    library_service_pb2.TRACK_ORDER_LENGTH: Order.LENGTH,
}


def timestamp(moment: datetime.datetime) -> Timestamp:
    """A moment with a zone."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def upload_message(upload: Upload) -> upload_pb2.Upload:
    """An upload."""
    return upload_pb2.Upload(
        upload_id=upload.upload_id,
        owner_id=upload.owner_id,
        length_bytes=upload.length_bytes,
        offset_bytes=upload.offset_bytes,
        file_name=upload.file_name,
        created_at=timestamp(upload.created_at),
        erased_by=timestamp(upload.erased_by),
    )


def track_message(track: Track) -> track_pb2.Track:
    """A track."""
    message = track_pb2.Track(
        track_id=track.track_id,
        owner_id=track.owner_id,
        title=track.title,
        artist=track.artist,
        state=_STATES[track.state],
        stems=track.stems,
        playable_samples=track.playable_samples,
        segments=track.segments,
        warnings=[remark.text for remark in track.remarks],
        remarks=[
            track_pb2.Remark(code=remark.code, text=remark.text, facts=dict(remark.facts))
            for remark in track.remarks
            if remark.code
        ],
        model=track.model,
        created_at=timestamp(track.created_at),
        updated_at=timestamp(track.updated_at),
        upload_id=track.upload_id,
        upload_held=track.upload_held,
        tags=track.tags,
        bpm=track.bpm,
        key=track.key,
        has_cover=track.has_cover,
        cover_version=track.cover_version,
    )
    if track.audio:
        message.audio.CopyFrom(
            track_pb2.AudioProperties(
                sample_rate_hz=track.audio.sample_rate_hz,
                channels=track.audio.channels,
                depth_bits=track.audio.depth_bits,
                codec=track.audio.codec,
                length_samples=track.audio.length_samples,
            )
        )
    if track.failure:
        message.failure.CopyFrom(
            track_pb2.TrackFailure(
                reason=track.failure.reason, message=track.failure.message, retryable=track.failure.retryable
            )
        )
    if track.upload_erased_at:
        message.upload_erased_at.CopyFrom(timestamp(track.upload_erased_at))
    return message


def manifest_message(track: Track, segments: Sequence[Segment]) -> library_service_pb2.GetManifestResponse:
    """A track and its segments."""
    return library_service_pb2.GetManifestResponse(
        track=track_message(track),
        segments=[
            track_pb2.Segment(
                index=segment.index,
                first_sample=segment.first_sample,
                length_samples=segment.length_samples,
                stems=[
                    track_pb2.SegmentStem(stem=stem.stem, size_bytes=stem.size_bytes, peaks=stem.peaks)
                    for stem in segment.stems
                ],
            )
            for segment in segments
        ],
    )


def order(value: library_service_pb2.TrackOrder.ValueType) -> Order:
    """Which tracks come first; an order newer than this library reads as the newest first."""
    return _ORDERS.get(value, Order.NEWEST)


def wish(spec: library_service_pb2.DownloadSpec) -> Wish:
    """What a listener wants to download."""
    return Wish(
        spec.owner_id,
        spec.track_id,
        tuple(spec.stems),
        spec.format,
        spec.bundle,
        tuple(spec.gains_db),
        tuple(spec.pans),
        spec.preset,
        spec.wav_depth,
        spec.speed or 1,
    )


def grant_message(grant: Grant) -> upload_pb2.UploadGrant:
    """Leave to read an upload."""
    return upload_pb2.UploadGrant(
        upload_id=grant.upload_id,
        length_bytes=grant.length_bytes,
        object_key=grant.key.material,
        parts=[
            upload_pb2.UploadPart(
                object_name=part.object_name, offset_bytes=part.offset_bytes, length_bytes=part.length_bytes
            )
            for part in grant.parts
        ],
    )


def sealed_segment(request: material_service_pb2.CommitSegmentRequest) -> SealedSegment:
    """A segment as the worker hands it over."""
    stems = tuple(
        SegmentStem(
            stem=stem.stem,
            object_name=stem.object_name,
            size_bytes=stem.size_bytes,
            frames=stem.frames,
            frame_bytes=stem.frame_bytes,
            peaks=stem.peaks,
            clipped_samples=stem.clipped_samples,
        )
        for stem in request.stems
    )
    keys = tuple(Key(stem.object_key) for stem in request.stems)
    figures = report_mapping.figures(request.figures) if request.HasField("figures") else None
    return SealedSegment(Segment(request.index, request.first_sample, request.length_samples, stems), keys, figures)


def outcome(request: material_service_pb2.ConcludeTrackRequest) -> Outcome:
    """How it ended. Raises SegmentInvalid when the request does not say."""
    if request.outcome not in _OUTCOMES:
        raise SegmentInvalid("The request does not say how the separation ended.")
    return _OUTCOMES[request.outcome]


def failure(request: material_service_pb2.ConcludeTrackRequest) -> Failure | None:
    """Why it failed, when it did."""
    if not request.HasField("failure"):
        return None
    return Failure(request.failure.reason, request.failure.message, request.failure.retryable)


def remarks(request: material_service_pb2.ConcludeTrackRequest) -> tuple[Remark, ...]:
    """What the listener should know."""
    coded = [Remark(each.code, each.text, tuple(each.facts.items())) for each in request.remarks]
    return remarks_of(request.warnings, coded)


def held_message(held: HeldUpload) -> upload_holding_service_pb2.HeldUpload:
    """An upload that is still held."""
    return upload_holding_service_pb2.HeldUpload(
        upload_id=held.upload_id,
        owner_id=held.owner_id,
        created_at=timestamp(held.created_at),
        finished=held.finished,
    )
