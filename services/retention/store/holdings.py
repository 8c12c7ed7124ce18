"""What retention itself holds of a person, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.datamap.classes import DataClass
from chassis.db.census import Basis, Kept, Kind

KINDS = (
    Kind(
        *("duties", DataClass.PSEUDONYMOUS, Kept.DAY, Basis.LEGAL_DUTY, ("duties",)),
        "duties WHERE owner_id = $1",
        "uploaded_at",
    ),
    Kind(
        *("upload_receipts", DataClass.PSEUDONYMOUS, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY, ("erasures",)),
        "erasures WHERE owner_id = $1",
        "erased_at",
    ),
    Kind(
        *("track_receipts", DataClass.PSEUDONYMOUS, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY, ("track_erasures",)),
        "track_erasures WHERE owner_id = $1",
        "erased_at",
    ),
    Kind(
        *("closing", DataClass.PSEUDONYMOUS, Kept.PURGED, Basis.CONTRACT, ("account_closings",)),
        "account_closings WHERE user_id = $1",
        "asked_at",
    ),
    Kind(
        *("exports", DataClass.ACCOUNT, Kept.PURGED, Basis.LEGAL_DUTY, ("exports", "export_parts", "export_contents")),
        "exports WHERE user_id = $1",
        "asked_at",
    ),
    Kind(
        *("requests", DataClass.ACCOUNT, Kept.PURGED, Basis.LEGAL_DUTY, ("privacy_requests",)),
        "privacy_requests WHERE user_id = $1",
        "received_at",
    ),
    Kind(
        *("receipt_secret", DataClass.SECRET, Kept.ACCOUNT_LIFE, Basis.LEGAL_DUTY, ("receipt_salts",)),
        "receipt_salts WHERE owner_id = $1",
    ),
)

UNCOUNTED: Mapping[str, str] = {
    "account_erasures": "the proof that a person was erased: numbers, of somebody who has no account any more",
    "account_erasure_steps": "as the proof that they belong to",
    "account_receipts": "what opens the receipt of somebody who has no account any more",
    "receipts": "the chain that anybody may read: nothing in it leads to a person without a receipt of theirs",
}
