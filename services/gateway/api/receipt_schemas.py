"""Receipts of what was erased, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, moment, of, one_of, or_null, structure, text

_KINDS = ("upload", "track", "account")
_DIGEST = "^[0-9a-f]{64}$"
_SIGNATURE = text("Ed25519 of the canonical form of what it signs, in hex.", pattern="^[0-9a-f]{128}$")


def _form(word: str) -> Schema:
    return text(f"{word}, the form that docs/receipts.md describes.", pattern=f"^{word}$")


def _moment(description: str) -> Schema:
    return text(f"{description} RFC 3339 in UTC, to the second.", format="date-time")


def _gone() -> Schema:
    kinds: Schema = {
        "type": "object",
        "description": "Kind of thing, and how many of it.",
        "additionalProperties": count("How many."),
    }
    return {"type": "object", "description": "What is gone, by where it was stored.", "additionalProperties": kinds}


RECEIPT_SCHEMAS: Mapping[str, Schema] = {
    "ReceiptKind": one_of("What is gone: an upload, or a track with all that was made of it.", "upload", "track"),
    "TrackErasure": structure(
        "The receipt of a track that was deleted.",
        track_id=text("The track."),
        upload_id=text("The upload that it was made of, which has a receipt of its own."),
        asked_at=moment("When its deletion was asked for; from then on nothing of it could be read."),
        erased_at=moment("When the last of its objects was removed."),
        stems=count("Stems that it had."),
        stem_files=count("Stored pieces of them that were removed."),
        peaks=count("Outlines drawn of these pieces that were removed."),
        covers=count("Covers that were removed."),
        links=count("Links to it that were removed."),
    ),
    "Receipt": structure(
        "Evidence that something is gone; of `upload` and `track` the one that `kind` names is there.",
        sequence=or_null(count("Its entry in the chain, by which getReceipt gives it; null until it is signed.")),
        kind=of("ReceiptKind"),
        upload=or_null(of("Erasure"), "The upload's receipt."),
        track=or_null(of("TrackErasure"), "The track's receipt."),
    ),
    "ReceiptPage": structure(
        "Some of the receipts.",
        receipts=list_of("Receipt", "At most as many as were asked for, newest first."),
        next_cursor=or_null(text("Asks for the next page; null on the last.")),
    ),
    "SignedReceiptKind": one_of("What is gone: an upload, a track, or an account with all that it had.", *_KINDS),
    "ReceiptBody": structure(
        "What is signed of a deletion. It names nobody.",
        form=_form("stripsession-receipt-1"),
        sequence=count("Its place in the chain, from 1 on."),
        before=text("SHA-256 of the entry before it, in hex; zeros in the first.", pattern=_DIGEST),
        signed_by=text("Which of the published keys signed it, by its `kid`."),
        kind=of("SignedReceiptKind"),
        subject=text("Whom and what it is about, told only to who has its opening.", pattern=_DIGEST),
        reason=text("Why: finished or deadline of an upload, deleted of a track, closed of an account."),
        asked_at=_moment("When it was asked for; from an upload's arrival on its erasure is owed."),
        erased_at=_moment("When the last of it was gone."),
        gone=_gone(),
        key=or_null(text("The key that was destroyed, told as `subject` is; null where there was no single one.")),
    ),
    "ReceiptEntry": structure("An entry of the chain.", body=of("ReceiptBody"), signature=_SIGNATURE),
    "ReceiptAbout": structure(
        "What shows whom a receipt is about.",
        opening=text("32 bytes in hex, which only you are given.", pattern=_DIGEST),
        person=text("Whose it was."),
        thing=text("Which upload or track; empty for an account."),
    ),
    "SignedReceipt": structure(
        "A receipt to keep. Its bytes must stay as they are.",
        form=_form("stripsession-receipt-1"),
        body=of("ReceiptBody"),
        signature=_SIGNATURE,
        about=of("ReceiptAbout"),
    ),
    "ReceiptKey": structure(
        "A public key, as RFC 8037 has it, and the entries that it may sign.",
        crv=text("The curve: Ed25519."),
        kty=text("The kind of key: OKP."),
        kid=text("Its thumbprint (RFC 7638)."),
        x=text("The key, in base64url."),
        since=_moment("When it was entered."),
        from_sequence=count("The first entry that it may sign."),
        until_sequence=or_null(count("The last one; null for the key in force.")),
    ),
    "ReceiptKeys": structure(
        "Every key that ever signed a receipt, in their order.",
        form=_form("stripsession-receipt-keys-1"),
        keys=list_of("ReceiptKey", "The last one is in force."),
        signed_by=text("The `kid` of the key in force."),
        signature=_SIGNATURE,
    ),
    "ReceiptChain": structure(
        "A page of the chain of all receipts.",
        form=_form("stripsession-receipt-chain-1"),
        entries=list_of("ReceiptEntry", "In their order, without a gap."),
        **{"from": count("The first entry that was asked for.")},
        next=or_null(count("The first entry of the next page; null where the chain ends.")),
    ),
}
