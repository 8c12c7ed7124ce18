"""What the library holds of a person, kind by kind. Of what a deletion has emptied a receipt tells instead."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.datamap.classes import DataClass
from chassis.db.census import LOOKED_UP_MAX, Basis, Kept, Kind
from chassis.db.of_person import of_each

_TRACKS = "tracks AS h WHERE h.owner_id = $1 AND h.deleted_at IS NULL"

KINDS = (
    Kind(
        *("tracks", DataClass.AUDIO_METADATA, Kept.UNTIL_DELETED, Basis.CONTRACT, ("tracks",)),
        "tracks WHERE owner_id = $1 AND deleted_at IS NULL",
        "created_at",
    ),
    Kind(
        *("stem_files", DataClass.AUDIO, Kept.UNTIL_DELETED, Basis.CONTRACT, ("segment_stems", "segments", "stems/")),
        of_each("segment_stems", "size_bytes", "track_id", _TRACKS),
        *("h.created_at", "r.size_bytes"),
    ),
    Kind(
        *("findings", DataClass.AUDIO_METADATA, Kept.UNTIL_DELETED, Basis.CONTRACT, ("findings",)),
        of_each("findings", "finished_at", "track_id", _TRACKS),
        "r.finished_at",
        most=LOOKED_UP_MAX,
    ),
    Kind(
        *("file_tags", DataClass.AUDIO_METADATA, Kept.UNTIL_DELETED, Basis.CONTRACT, ("track_tags",)),
        of_each("track_tags", "track_id", "track_id", _TRACKS),
        "h.created_at",
        most=LOOKED_UP_MAX,
    ),
    Kind(
        *("covers", DataClass.AUDIO_METADATA, Kept.UNTIL_DELETED, Basis.CONTRACT),
        ("track_tags.cover_object", "track_tags.wrapped_key", "covers/"),
        of_each("track_tags", "cover_object cover_bytes", "track_id", _TRACKS) + " AND r.cover_object IS NOT NULL",
        size_bytes="r.cover_bytes",
        most=LOOKED_UP_MAX,
    ),
    Kind(
        *("uploads", DataClass.AUDIO, Kept.DAY, Basis.CONTRACT, ("uploads", "upload_parts", "uploads/")),
        "uploads WHERE owner_id = $1 AND erased_at IS NULL",
        *("created_at", "offset_bytes"),
    ),
    Kind(
        *("share_links", DataClass.PREFERENCES, Kept.UNTIL_DELETED, Basis.CONTRACT, ("shares",)),
        "shares WHERE owner_id = $1",
        "created_at",
    ),
    Kind(
        *("webhooks", DataClass.ACCOUNT, Kept.UNTIL_DELETED, Basis.CONTRACT, ("webhook_endpoints",)),
        "webhook_endpoints WHERE owner_id = $1",
        "created_at",
    ),
    Kind(
        *("webhook_deliveries", DataClass.PSEUDONYMOUS, Kept.PURGED, Basis.CONTRACT),
        ("webhook_deliveries", "webhook_attempts"),
        "webhook_deliveries WHERE owner_id = $1",
        "created_at",
    ),
    Kind(
        *("requests", DataClass.PSEUDONYMOUS, Kept.DAY, Basis.CONTRACT, ("made_requests",)),
        "made_requests WHERE owner_id = $1",
        "made_at",
    ),
    Kind(
        *("needless_objects", DataClass.PSEUDONYMOUS, Kept.PURGED, Basis.CONTRACT, ("needless_objects",)),
        "needless_objects WHERE owner_id = $1",
    ),
    Kind(
        *("keys", DataClass.SECRET, Kept.ACCOUNT_LIFE, Basis.CONTRACT, ("user_keys",)),
        "user_keys WHERE owner_id = $1",
        "created_at",
    ),
)

UNCOUNTED: Mapping[str, str] = {}
