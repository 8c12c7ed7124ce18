"""What separation gives of a person for them to keep: their jobs."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.export import document

_OURS = "how the service shares its work out, and nothing of the person"

DOCUMENTS = (
    document(
        "jobs",
        "jobs",
        "job_id track_id upload_id model stems state rate_hz channels depth_bits codec declared_samples"
        " counted_samples done_samples reserved_s tier weights_sha256 failure_reason failure_message"
        " failure_retryable warnings remarks created_at started_at ended_at concluded_at",
        order="r.created_at, r.job_id",
        parallel_jobs=_OURS,
        turn_s=_OURS,
        clock_s=_OURS,
        attempt=_OURS,
        tries=_OURS,
        worker=_OURS,
        lease_until=_OURS,
        resumed_samples=_OURS,
        announced_at=_OURS,
        paused_until=_OURS,
        conclude_at=_OURS,
    ),
)

UNEXPORTED: Mapping[str, str] = {}
