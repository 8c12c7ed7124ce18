"""Facts as messages."""

from __future__ import annotations

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.auth.domain.facts import ApiKeyRevoked, Fact
from stripsession.auth.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The message of a fact."""
    if isinstance(fact, ApiKeyRevoked):
        return events_pb2.ApiKeyRevoked(key_id=fact.key_id, user_id=fact.user_id)
    created_at = Timestamp()
    created_at.FromDatetime(fact.created_at)
    return events_pb2.AccountCreated(user_id=fact.user_id, created_at=created_at)
