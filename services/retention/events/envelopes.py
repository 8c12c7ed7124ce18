"""Facts as the messages that others read."""

from __future__ import annotations

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.retention.domain.facts import Fact
from stripsession.retention.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The fact's message."""
    erased_at = Timestamp()
    erased_at.FromDatetime(fact.erased_at)
    return events_pb2.UploadErased(upload_id=fact.upload_id, owner_id=fact.owner_id, erased_at=erased_at)
