"""Facts as messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from google.protobuf.message import Message

from services.separation.domain.facts import Fact, JobQueued
from services.separation.domain.job import JobState
from services.separation.domain.tiers import Tier
from stripsession.library.v1 import material_service_pb2
from stripsession.separation.v1 import events_pb2

_OUTCOMES = {
    JobState.COMPLETED: material_service_pb2.OUTCOME_COMPLETED,
    JobState.FAILED: material_service_pb2.OUTCOME_FAILED,
    JobState.CANCELLED: material_service_pb2.OUTCOME_CANCELLED,
}

Work: TypeAlias = events_pb2.JobQueued | events_pb2.PriorityJobQueued | events_pb2.FirstJobQueued
KINDS: Mapping[Tier, type[Work]] = {
    Tier.STANDARD: events_pb2.JobQueued,
    Tier.PRIORITY: events_pb2.PriorityJobQueued,
    Tier.FIRST: events_pb2.FirstJobQueued,
}
"""What tells of work in each tier. The standard one's is the one that there was before there were tiers."""


def encode(fact: Fact) -> Message:
    """The message that tells a fact."""
    if isinstance(fact, JobQueued):
        return KINDS[fact.tier](job_id=fact.job_id)
    return events_pb2.JobConcluded(
        job_id=fact.job_id,
        track_id=fact.track_id,
        upload_id=fact.upload_id,
        owner_id=fact.owner_id,
        outcome=_OUTCOMES[fact.outcome],
    )
