"""Messages of the services as JSON; the only reader of their field names."""

from __future__ import annotations

import base64
import datetime
from typing import TYPE_CHECKING

from services.gateway.api.remarks import remark_json
from services.gateway.domain.progress import Progress
from services.gateway.domain.remark import Remark, remarks_of
from stripsession.auth.v1 import account_pb2
from stripsession.billing.v1 import billing_service_pb2
from stripsession.library.v1 import track_pb2
from stripsession.retention.v1 import retention_service_pb2
from stripsession.separation.v1 import job_pb2

if TYPE_CHECKING:
    from google.protobuf.timestamp_pb2 import Timestamp

Json = dict[str, object]


def moment(timestamp: Timestamp) -> str:
    """RFC 3339 with milliseconds, in UTC."""
    return timestamp.ToDatetime(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account_json(account: account_pb2.Account) -> Json:
    """A person's account."""
    return {
        "user_id": account.user_id,
        "email": account.email,
        "display_name": account.display_name,
        "created_at": moment(account.created_at),
        "email_verified": account.email_verified,
        # Of an auth that does not ask yet nobody is to be asked by it.
        "age_confirmed": account.age_confirmed or not account.HasField("age_confirmed"),
    }


def track_state(state: int) -> str:
    """A state's word; a state newer than this gateway reads as unspecified."""
    names = track_pb2.TrackState.DESCRIPTOR.values_by_number
    return names[state].name.removeprefix("TRACK_STATE_").lower() if state in names else "unspecified"


def track_json(track: track_pb2.Track) -> Json:
    """A track."""
    rate = track.audio.sample_rate_hz
    length = track.audio.length_samples
    return {
        "track_id": track.track_id,
        "title": track.title,
        "artist": track.artist,
        "state": track_state(track.state),
        "audio": _audio_json(track.audio) if track.HasField("audio") else None,
        "duration_s": round(length / rate, 3) if rate and length else None,
        "stems": list(track.stems),
        "playable_samples": track.playable_samples,
        "playable_s": round(track.playable_samples / rate, 3) if rate else 0.0,
        "segments": track.segments,
        "failure": _failure_json(track.failure) if track.HasField("failure") else None,
        "warnings": list(track.warnings),
        "remarks": [remark_json(remark) for remark in remarks_of(track.warnings, map(_remark, track.remarks))],
        "model": track.model,
        "created_at": moment(track.created_at),
        "updated_at": moment(track.updated_at),
        "upload_id": track.upload_id,
        "upload_held": track.upload_held,
        "upload_erased_at": moment(track.upload_erased_at) if track.HasField("upload_erased_at") else None,
        "tags": list(track.tags),
        "tempo_bpm": track.bpm if track.HasField("bpm") else None,
        "key": track.key or None,
        "cover_url": _cover_url(track) if track.has_cover else None,
    }


def _cover_url(track: track_pb2.Track) -> str:
    # A browser keeps a cover for some minutes under its address, so another cover has another one.
    version = f"?version={track.cover_version}" if track.cover_version else ""
    return f"/v1/tracks/{track.track_id}/cover{version}"


def listed_json(track: track_pb2.Track, job: job_pb2.Job | None) -> Json:
    """A track, and how far its separation is as its job has it; None where it has ended or nobody can tell."""
    progress = None
    if job is not None:
        now = Progress(
            state=track_state(track.state),
            committed_samples=track.playable_samples,
            total_samples=job.total_samples or track.audio.length_samples,
            sample_rate_hz=job.sample_rate_hz,
            segments=track.segments,
        )
        eta_s = job.eta_s if job.HasField("eta_s") else None
        progress = {"percent": now.percent, "eta_s": eta_s, "jobs_ahead": job.jobs_ahead}
    return track_json(track) | {"progress": progress}


def _audio_json(audio: track_pb2.AudioProperties) -> Json:
    return {
        "sample_rate_hz": audio.sample_rate_hz,
        "channels": audio.channels,
        "depth_bits": audio.depth_bits,
        "codec": audio.codec,
        "length_samples": audio.length_samples,
    }


def _remark(remark: track_pb2.Remark) -> Remark:
    return Remark(remark.code, remark.text, dict(remark.facts))


def _failure_json(failure: track_pb2.TrackFailure) -> Json:
    return {"reason": failure.reason, "message": failure.message, "retryable": failure.retryable}


def segment_json(segment: track_pb2.Segment) -> Json:
    """A segment, with the waveform of each stem in base64."""
    return {
        "index": segment.index,
        "first_sample": segment.first_sample,
        "length_samples": segment.length_samples,
        "stems": [
            {"stem": stem.stem, "size_bytes": stem.size_bytes, "peaks": base64.b64encode(stem.peaks).decode()}
            for stem in segment.stems
        ],
    }


def progress_json(progress: Progress) -> Json:
    """How far a track is."""
    failure = progress.failure
    return {
        "state": progress.state,
        "percent": progress.percent,
        "playable_s": progress.playable_s,
        "duration_s": progress.duration_s,
        "eta_s": progress.eta_s,
        "jobs_ahead": progress.jobs_ahead,
        "segments": progress.segments,
        "warnings": [remark.text for remark in progress.remarks],
        "remarks": [remark_json(remark) for remark in progress.remarks],
        "failure": None
        if failure is None
        else {"reason": failure.reason, "message": failure.message, "retryable": failure.retryable},
    }


def model_json(model: job_pb2.Model) -> Json:
    """A model."""
    return {
        "name": model.name,
        "title": model.title,
        "stems": list(model.stems),
        "version": model.version,
        "summary": model.summary,
        "licence": model.licence,
        "is_default": model.is_default,
    }


def plan_json(plan: billing_service_pb2.Plan) -> Json:
    """A plan."""
    return {
        "name": plan.name,
        "title": plan.title,
        "seconds_a_month": plan.seconds_a_month,
        "longest_song_s": plan.longest_song_s,
        "parallel_jobs": plan.parallel_jobs,
        "models": list(plan.models),
        "default_model": plan.default_model or None,
        "priority": plan.priority,
        "formats": list(plan.formats),
    }


def pack_json(pack: billing_service_pb2.Pack) -> Json:
    """A pack."""
    return {"name": pack.name, "title": pack.title, "seconds": pack.seconds, "life_days": pack.life_days}


def usage_json(usage: billing_service_pb2.GetUsageResponse) -> Json:
    """What is used and left in this period."""
    return {
        "plan": plan_json(usage.plan),
        "settled_s": usage.settled_s,
        "reserved_s": usage.reserved_s,
        "left_s": usage.left_s,
        "renews_at": moment(usage.renews_at) if usage.HasField("renews_at") else None,
        "grants": [_grant_json(grant) for grant in usage.grants],
    }


def _grant_json(grant: billing_service_pb2.Grant) -> Json:
    names = billing_service_pb2.GrantSource.DESCRIPTOR.values_by_number
    source = names[grant.source].name if grant.source in names else "GRANT_SOURCE_UNSPECIFIED"
    return {
        "grant_id": grant.grant_id,
        "source": source.removeprefix("GRANT_SOURCE_").lower(),
        "plan": grant.plan or None,
        "starts_at": moment(grant.starts_at),
        "expires_at": moment(grant.expires_at),
        "granted_s": grant.granted_s,
        "settled_s": grant.settled_s,
        "reserved_s": grant.reserved_s,
        "left_s": grant.left_s,
    }


def erasure_json(erasure: retention_service_pb2.Erasure) -> Json:
    """An erasure that was done."""
    reason = retention_service_pb2.ErasureReason.Name(erasure.reason)
    return {
        "upload_id": erasure.upload_id,
        "uploaded_at": moment(erasure.uploaded_at),
        "erased_at": moment(erasure.erased_at),
        "reason": reason.removeprefix("ERASURE_REASON_").lower(),
        "objects": erasure.objects,
    }


def receipt_json(receipt: retention_service_pb2.Receipt) -> Json:
    """Evidence that an upload or a track is gone."""
    track = receipt.track
    is_track = receipt.HasField("track")
    return {
        "sequence": receipt.sequence or None,
        "kind": "track" if is_track else "upload",
        "upload": None if is_track else erasure_json(receipt.upload),
        "track": {
            "track_id": track.track_id,
            "upload_id": track.upload_id,
            "asked_at": moment(track.asked_at),
            "erased_at": moment(track.erased_at),
            "stems": track.stems,
            "stem_files": track.stem_files,
            "peaks": track.peaks,
            "covers": track.covers,
            "links": track.links,
        }
        if is_track
        else None,
    }
