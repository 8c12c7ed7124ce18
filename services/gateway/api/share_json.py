"""Links, and what they show, as JSON; the only reader of these messages' field names."""

from __future__ import annotations

import json

from services.gateway.api.mapping import Json, moment, track_json
from services.gateway.api.track_schemas import SHARED_MEMBERS
from stripsession.library.v1 import share_service_pb2, track_pb2


def share_json(share: share_service_pb2.Share) -> Json:
    """A link, as its maker sees it."""
    return {
        "share_id": share.share_id,
        "created_at": moment(share.created_at),
        "expires_at": moment(share.expires_at),
        "view": json.loads(share.view_json),
    }


def shared_track_json(track: track_pb2.Track) -> Json:
    """What of a track whoever holds a link is told."""
    told = track_json(track)
    return {name: told[name] for name in SHARED_MEMBERS}


def opened_json(opened: share_service_pb2.OpenShareResponse, track: track_pb2.Track) -> Json:
    """What a link opens."""
    return {
        "track": shared_track_json(track),
        "view": json.loads(opened.view_json),
        "expires_at": moment(opened.expires_at),
    }
