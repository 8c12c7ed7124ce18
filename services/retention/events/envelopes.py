"""Facts as the messages that others read."""

from __future__ import annotations

import datetime

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.retention.domain.facts import AccountClosingAsked, AccountClosingWithdrawn, Fact
from stripsession.retention.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The fact's message."""
    if isinstance(fact, AccountClosingAsked):
        return events_pb2.AccountClosingAsked(
            user_id=fact.user_id, asked_at=_timestamp(fact.asked_at), due_at=_timestamp(fact.due_at)
        )
    if isinstance(fact, AccountClosingWithdrawn):
        return events_pb2.AccountClosingWithdrawn(user_id=fact.user_id, withdrawn_at=_timestamp(fact.withdrawn_at))
    return events_pb2.UploadErased(
        upload_id=fact.upload_id, owner_id=fact.owner_id, erased_at=_timestamp(fact.erased_at)
    )


def _timestamp(moment: datetime.datetime) -> Timestamp:
    message = Timestamp()
    message.FromDatetime(moment)
    return message
