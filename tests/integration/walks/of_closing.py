"""What people ask about the closing of their accounts."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import Message

from stripsession.retention.v1 import closing_service_pb2 as pb


def passing() -> pb.AskClosingRequest:
    """Of somebody who never was here: their closing waits, and nothing of anybody's goes."""
    return pb.AskClosingRequest(user_id=f"usr_{uuid.uuid4().hex}")


# Not at once: the walk's people are to come in again.
REQUESTS: Mapping[str, Callable[[Any], Message]] = {
    "AskClosing": lambda asked: pb.AskClosingRequest(user_id=asked.actor),
    "GetClosing": lambda asked: pb.GetClosingRequest(user_id=asked.actor),
    "WithdrawClosing": lambda asked: pb.WithdrawClosingRequest(user_id=asked.actor),
    "FollowClosing": lambda asked: pb.FollowClosingRequest(token=asked.secrets.closing_token),
}
