"""Exports as JSON, with schemas and examples; the only reader of their messages' field names."""

from __future__ import annotations

from collections.abc import Mapping

from services.gateway.api.mapping import Json, moment
from services.gateway.api.shapes import Schema, count, list_of, of, one_of, or_null, structure, text
from services.gateway.api.shapes import moment as moment_schema
from stripsession.retention.v1 import export_service_pb2 as pb

EXPORT_ID = "exp_0d4f6b2c8a1e4f7390b5c6d7e8f9a0b1"
_STATES: Mapping[int, str] = {
    pb.EXPORT_STATE_PREPARING: "preparing",
    pb.EXPORT_STATE_READY: "ready",
    pb.EXPORT_STATE_EXPIRED: "expired",
    pb.EXPORT_STATE_ENDED: "ended",
}
_ENDINGS: Mapping[int, str] = {pb.EXPORT_ENDING_DELETED: "deleted", pb.EXPORT_ENDING_AWAY: "away"}


def export_json(export: pb.Export) -> Json:
    """An export, as its person sees it."""
    return {
        "export_id": export.export_id,
        "state": _STATES.get(export.state, "unspecified"),
        "asked_at": moment(export.asked_at),
        "ready_at": moment(export.ready_at) if export.HasField("ready_at") else None,
        "expires_at": moment(export.expires_at) if export.HasField("expires_at") else None,
        "files": export.parts,
        "size_bytes": export.size_bytes,
        "ending": _ENDINGS.get(export.ending),
        "path": f"/v1/privacy/exports/{export.export_id}/archive.zip",
    }


EXPORT_SCHEMAS: Mapping[str, Schema] = {
    "ExportState": one_of(
        "preparing: services are asked for what they hold; ready: it can be downloaded; expired: its time is over, or a"
        " newer one took its place; ended: it could not be completed, or something in it was deleted; unspecified:"
        " newer than this gateway.",
        *("unspecified", "preparing", "ready", "expired", "ended"),
    ),
    "ExportEnding": one_of(
        "deleted: something in it was deleted; away: a service could not be asked for a day.", "deleted", "away"
    ),
    "Export": structure(
        "An export of all that is held of you.",
        export_id=text("Its identifier."),
        state=of("ExportState"),
        asked_at=moment_schema("When it was asked for."),
        ready_at=or_null(moment_schema("When it became ready; null before.")),
        expires_at=or_null(moment_schema("Until when it can be downloaded; null before it is ready.")),
        files=count("Files in it so far."),
        size_bytes=count("Bytes of the archive once it is ready; of its files so far before."),
        ending=or_null(of("ExportEnding"), "Why it ended; null unless it did, and for a newer reason."),
        path=text("Where its archive is, below the server's address."),
    ),
    "ExportList": structure(
        "Your exports.",
        exports=list_of("Export", "Newest first, 20 at most; one that is over is told of for a day."),
        life_s=count("Seconds for which one can be downloaded once it is ready."),
    ),
}
_READY: Json = {
    "export_id": EXPORT_ID,
    "state": "ready",
    "asked_at": "2030-05-04T09:30:00.000Z",
    "ready_at": "2030-05-04T09:34:10.000Z",
    "expires_at": "2030-05-11T09:34:10.000Z",
    "files": 58,
    "size_bytes": 734003200,
    "ending": None,
    "path": f"/v1/privacy/exports/{EXPORT_ID}/archive.zip",
}
EXPORT_EXAMPLES: Mapping[str, object] = {
    "Export": _READY
    | {"state": "preparing", "ready_at": None, "expires_at": None, "files": 12, "size_bytes": 52428800},
    "ExportList": {"exports": [_READY], "life_s": 604800},
}
