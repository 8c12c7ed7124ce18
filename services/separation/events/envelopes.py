"""Facts as messages."""

from __future__ import annotations

from google.protobuf.message import Message

from services.separation.domain.facts import Fact, JobQueued
from services.separation.domain.job import JobState
from stripsession.library.v1 import material_service_pb2
from stripsession.separation.v1 import events_pb2

_OUTCOMES = {
    JobState.COMPLETED: material_service_pb2.OUTCOME_COMPLETED,
    JobState.FAILED: material_service_pb2.OUTCOME_FAILED,
    JobState.CANCELLED: material_service_pb2.OUTCOME_CANCELLED,
}


def encode(fact: Fact) -> Message:
    """The message that tells a fact."""
    if isinstance(fact, JobQueued):
        return events_pb2.JobQueued(job_id=fact.job_id)
    return events_pb2.JobConcluded(
        job_id=fact.job_id,
        track_id=fact.track_id,
        upload_id=fact.upload_id,
        owner_id=fact.owner_id,
        outcome=_OUTCOMES[fact.outcome],
    )
