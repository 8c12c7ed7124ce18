"""What the library gives of a person for them to keep as documents; its sounds and pictures are files beside these."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.export import document
from chassis.db.of_person import of_each

_SECRET = "a secret, which opens what is given in the clear"  # noqa: S105 - says why secrets stay, and is none
_OURS = "how the service works, and nothing of the person"
_TRACKS = "tracks AS h WHERE h.owner_id = $1 AND h.deleting_at IS NULL"
_TAGS = "track_id album track_number year genre cover_type cover_bytes cover_chosen"
_FINDINGS = (
    "track_id model version weights_sha256 device accepted_at finished_at engine_s worker_s decoder_warnings"
    " bpm bpm_confidence beats_ms key key_confidence integrated_lufs loudness_range_lu true_peak_dbtp"
)
_SEGMENTS = (
    "track_id index first_sample length_samples committed_at differing_samples difference_max clipped_samples"
    " mix_energy residual_energy unsound_values pitch_classes engine_s worker_s"
)
_ATTEMPTS = "attempt_id delivery_id began_at duration_ms http_status fault"

DOCUMENTS = (
    document(
        "tracks",
        "tracks",
        "track_id upload_id title title_chosen artist tags state model job_id sample_rate_hz channels depth_bits codec"
        " length_samples stems failure_reason failure_message failure_retryable warnings remarks created_at updated_at",
        rows="tracks AS r WHERE r.owner_id = $1 AND r.deleting_at IS NULL",
        order="r.created_at, r.track_id",
        idempotency_key=_OURS,
        search_text="title and artist, folded for searching",
        jobs=_OURS,
        attempt=_OURS,
        segments=_OURS,
        playable_samples=_OURS,
        stop_owed=_OURS,
        deleting_at="what is being deleted is not given any more",
        deleted_at="what is deleted is not given any more",
        removed="what is deleted is not given any more",
    ),
    document(
        *("track_tags", "file_tags", _TAGS),
        rows=of_each("track_tags", _TAGS, "track_id", _TRACKS),
        order="r.track_id",
        cover_object="where in storage the cover lies, which is given itself",
        wrapped_key=_SECRET,
    ),
    document(
        *("findings", "findings", _FINDINGS),
        rows=of_each("findings", _FINDINGS, "track_id", _TRACKS),
        order="r.track_id",
    ),
    document(
        *("segments", "stem_files", _SEGMENTS),
        rows=of_each("segments", _SEGMENTS, "track_id", _TRACKS),
        order="r.track_id, r.index",
    ),
    document(
        *("uploads", "uploads", "upload_id file_name length_bytes offset_bytes created_at erased_by"),
        rows="uploads AS r WHERE r.owner_id = $1 AND r.erased_at IS NULL",
        order="r.created_at, r.upload_id",
        wrapped_key=_SECRET,
        writer_id=_OURS,
        erased_at="of what is erased a receipt tells",
    ),
    document(
        *("shares", "share_links", "share_id track_id view created_at expires_at revoked_at"),
        order="r.created_at, r.share_id",
        token_sha256=_SECRET,
    ),
    document(
        "webhook_endpoints",
        "webhooks",
        "endpoint_id url events created_at enabled_at disabled_at disabled_reason delivered_at",
        order="r.created_at, r.endpoint_id",
        wrapped_secret=_SECRET,
        old_wrapped_secret=_SECRET,
        old_secret_until=_OURS,
        due_at=_OURS,
        served_at=_OURS,
        lease_id=_OURS,
        lease_until=_OURS,
    ),
    document(
        "webhook_deliveries",
        "webhook_deliveries",
        "delivery_id endpoint_id message_id event track_id state status tries created_at",
        order="r.created_at, r.delivery_id",
        sequence=_OURS,
        due_at=_OURS,
    ),
    document(
        *("webhook_attempts", "webhook_deliveries", _ATTEMPTS),
        rows=of_each(
            *("webhook_attempts", _ATTEMPTS, "delivery_id"),
            "webhook_deliveries AS h WHERE h.owner_id = $1",
        ),
        order="r.attempt_id",
    ),
)

UNEXPORTED: Mapping[str, str] = {
    "user_keys": "the key that seals everything, which is given in the clear",
    "upload_parts": "where in storage an upload lies, which the person sent themselves and which goes within a day",
    "segment_stems": "where in storage stems lie, and their peaks: the stems are given themselves",
    "made_requests": "what was asked for in the last day, as digests",
    "needless_objects": "what is being removed from storage",
}
