"""Facts as the messages that are published."""

from __future__ import annotations

from google.protobuf.message import Message

from services.billing.domain.facts import Fact
from stripsession.billing.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The message of a fact."""
    return events_pb2.MinutesSettled(owner_id=fact.owner_id, job_id=fact.job_id, charged_s=fact.charged_s)
