"""Facts as the messages that others read."""

from __future__ import annotations

import dataclasses

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.library.domain.facts import (
    Fact,
    SegmentCommitted,
    TrackChanged,
    TrackErased,
    UploadStored,
    WebhookGivenUp,
)
from stripsession.library.v1 import events_pb2


def encode(fact: Fact) -> Message:
    """The fact's message."""
    match fact:
        case UploadStored():
            created_at = Timestamp()
            created_at.FromDatetime(fact.created_at)
            return events_pb2.UploadStored(upload_id=fact.upload_id, owner_id=fact.owner_id, created_at=created_at)
        case TrackChanged():
            return events_pb2.TrackChanged(track_id=fact.track_id, owner_id=fact.owner_id)
        case WebhookGivenUp():
            return events_pb2.WebhookGivenUp(endpoint_id=fact.endpoint_id, owner_id=fact.owner_id)
        case TrackErased():
            asked_at, erased_at = Timestamp(), Timestamp()
            asked_at.FromDatetime(fact.asked_at)
            erased_at.FromDatetime(fact.erased_at)
            return events_pb2.TrackErased(
                track_id=fact.track_id,
                owner_id=fact.owner_id,
                upload_id=fact.upload_id,
                asked_at=asked_at,
                erased_at=erased_at,
                **dataclasses.asdict(fact.removed),
            )
        case SegmentCommitted():
            return events_pb2.SegmentCommitted(
                track_id=fact.track_id,
                owner_id=fact.owner_id,
                index=fact.index,
                playable_samples=fact.playable_samples,
            )
