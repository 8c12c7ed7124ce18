"""The fake gateway's exports: asked for, told of, and downloaded."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.integration.web.told import MOMENT, told

LIFE_S = 604_800
ARCHIVE = b"PK\5\6" + bytes(18)


class FakeExports:
    """One person's."""

    def __init__(self, stale: Callable[[], Response | None]) -> None:
        """`stale` refuses who has not just shown who they are."""
        self._stale = stale
        self.exports: list[dict[str, object]] = []
        """Newest first."""
        self.downloaded: list[str] = []

    def routes(self) -> list[Route]:
        """Those that ask who is calling."""
        path = "/v1/privacy/exports"
        return [
            Route(path, self._list, methods=["GET"]),
            Route(path, self._begin, methods=["POST"]),
            Route(path + "/{export_id}/archive.zip", self._archive, methods=["GET"]),
        ]

    def add(self, state: str, ending: str | None = None) -> dict[str, object]:
        """One more, the newest."""
        export_id = f"exp_{len(self.exports) + 1}"
        was_ready = state in ("ready", "expired")
        export: dict[str, object] = {
            "export_id": export_id,
            "state": state,
            "asked_at": MOMENT,
            "ready_at": MOMENT if was_ready else None,
            "expires_at": "2031-05-11T09:30:00Z" if was_ready else None,
            "files": 12,
            "size_bytes": 734_003_200,
            "ending": ending,
            "path": f"/v1/privacy/exports/{export_id}/archive.zip",
        }
        self.exports.insert(0, export)
        return export

    async def _list(self, _: Request) -> Response:
        return told("ExportList", {"exports": self.exports, "life_s": LIFE_S})

    async def _begin(self, _: Request) -> Response:
        if refusal := self._stale():
            return refusal
        return told("Export", self.add("preparing"), 202)

    async def _archive(self, request: Request) -> Response:
        self.downloaded.append(request.path_params["export_id"])
        named = {"Content-Disposition": 'attachment; filename="stripsession-2024-01-01.zip"'}
        return Response(ARCHIVE, media_type="application/zip", headers=named)
