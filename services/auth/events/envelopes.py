"""Facts as messages."""

from __future__ import annotations

import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.auth.domain.facts import (
    AccountCreated,
    AccountDeletionRequested,
    AccountReclaimed,
    ApiKeyRevoked,
    Fact,
)
from stripsession.auth.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The message of a fact."""
    if isinstance(fact, AccountCreated):
        return events_pb2.AccountCreated(user_id=fact.user_id, created_at=_timestamp(fact.created_at))
    if isinstance(fact, AccountDeletionRequested):
        return events_pb2.AccountDeletionRequested(user_id=fact.user_id, requested_at=_timestamp(fact.requested_at))
    if isinstance(fact, AccountReclaimed):
        return events_pb2.AccountReclaimed(user_id=fact.user_id, reclaimed_at=_timestamp(fact.reclaimed_at))
    if isinstance(fact, ApiKeyRevoked):
        return events_pb2.ApiKeyRevoked(key_id=fact.key_id, user_id=fact.user_id)
    return events_pb2.SessionEnded(
        session_id=fact.session_id,
        ended_at=_timestamp(fact.ended_at),
        access_until=_timestamp(fact.access_until),
    )


def _timestamp(moment: datetime.datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
