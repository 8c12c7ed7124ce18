"""Receipts of what was erased, as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.shapes import Schema, count, list_of, moment, of, one_of, or_null, structure, text

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
        kind=of("ReceiptKind"),
        upload=or_null(of("Erasure"), "The upload's receipt."),
        track=or_null(of("TrackErasure"), "The track's receipt."),
    ),
    "ReceiptPage": structure(
        "Some of the receipts.",
        receipts=list_of("Receipt", "At most as many as were asked for, newest first."),
        next_cursor=or_null(text("Asks for the next page; null on the last.")),
    ),
}
