"""What retention itself gives of a person for them to keep, as another holder would."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping

from chassis.db.export import Documents, document
from chassis.db.faults import is_outage
from chassis.db.pool import Database
from services.retention.domain.errors import HolderFailed, PartGone
from services.retention.domain.export import Given

_OURS = "how the service works, and nothing of the person"
_SECRET = "a secret, by which whoever has the link is recognised"  # noqa: S105 - says why secrets stay, and is none
DOCUMENTS = (
    document(
        *("duties", "duties", "upload_id uploaded_at due_at reason"),
        order="r.uploaded_at, r.upload_id",
        tries=_OURS,
        not_before=_OURS,
    ),
    document(
        *("erasures", "upload_receipts", "upload_id uploaded_at erased_at reason objects sequence"),
        order="r.erased_at, r.upload_id",
    ),
    document(
        "track_erasures",
        "track_receipts",
        "track_id upload_id asked_at erased_at stems stem_files peaks covers links sequence",
        order="r.erased_at, r.track_id",
    ),
    document(
        *("account_closings", "closing", "asked_at due_at at_once withdrawn_at begun_at"),
        owner="user_id",
        order="r.user_id",
        idempotency_key=_OURS,
        idempotency_keys=_OURS,
        token_hash=_SECRET,
    ),
    document(
        *("exports", "exports", "export_id state ending asked_at parts size_bytes ready_at expires_at over_at"),
        owner="user_id",
        order="r.asked_at, r.export_id",
        due_at=_OURS,
        attempt=_OURS,
        tries=_OURS,
        failing_since=_OURS,
        fault_since=_OURS,
        fault=_OURS,
        directory_at=_OURS,
    ),
    document(
        "privacy_requests",
        "requests",
        "number kind text received_at due_on extended_at extension state answer ending ended_at",
        owner="user_id",
        order="r.received_at, r.number",
        reply_to="of somebody without an account, whose request is nobody's here",
        token_hash=_SECRET,
        idempotency_key=_OURS,
        untold=_OURS,
        tell_at=_OURS,
    ),
)

UNEXPORTED: Mapping[str, str] = {
    "export_parts": "what is in an export, whose own index says that",
    "export_contents": "what is in an export",
    "receipt_salts": "a secret, by which receipts are recognised as somebody's",
    "receipts": "the chain that anybody may read: nothing in it leads to a person without a receipt of theirs",
    "receipt_keys": "public keys, which anybody may read",
    "account_receipts": "what opens the receipt of somebody who has no account any more",
    "account_erasures": "the proof that a person was erased: of somebody who has no account any more",
    "account_erasure_steps": "as the proof that they belong to",
    "purges": "when each holder was asked for what is past its life, and of nobody",
    "checks": "what is known of promises, and of nobody",
    "findings": "what was known of promises, and of nobody",
}


class OwnExport:
    """Gives rows of its own schema."""

    def __init__(self, database: Database) -> None:
        """In retention's schema."""
        self._documents = Documents(database, DOCUMENTS)

    async def give(self, user_id: str, after: str) -> AsyncGenerator[Given | bytes, None]:
        """All documents after one. Raises HolderFailed, also after one that there is not."""
        names = [each.name for each in DOCUMENTS]
        if after and after not in names:
            raise HolderFailed("PART_INVALID")
        try:
            for document in DOCUMENTS[names.index(after) + 1 if after else 0 :]:
                async with self._documents.open(document, user_id) as opened:
                    if opened is None:
                        continue
                    yield Given(document.name, document.kind, "application/json", opened.schema)
                    async for piece in opened.content:
                        yield piece
        except Exception as error:
            if not is_outage(error):
                raise
            raise HolderFailed("DEPENDENCY_AWAY") from error

    async def read(self, user_id: str, part: Given, offset: int) -> AsyncGenerator[bytes, None]:
        """It has no files. Raises PartGone."""
        none: tuple[bytes, ...] = ()
        for piece in none:
            yield piece
        raise PartGone
