"""Facts as messages."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from services.auth.domain.facts import Fact
from stripsession.auth.v1 import events_pb2


def encode(fact: Fact) -> events_pb2.AccountCreated:
    """The message of a fact."""
    created_at = Timestamp()
    created_at.FromDatetime(fact.created_at)
    return events_pb2.AccountCreated(user_id=fact.user_id, created_at=created_at)
