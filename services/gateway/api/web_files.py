"""The browser client's files: plain, our own, under a policy that lets nothing else run."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from services.gateway.api.endpoint import Access, Call, Endpoint
from services.gateway.api.problems import refuse

SUFFIXES = frozenset(
    {".css", ".html", ".ico", ".js", ".mjs", ".png", ".svg", ".txt", ".wasm", ".webmanifest", ".webp", ".woff2"}
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
    " connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
_MISSING = "missing.html"
_HIDDEN = frozenset({"node_modules", "tests", _MISSING})


class WebFiles:
    """Files of one folder, by name; no listing, no hidden file, nothing outside."""

    def __init__(self, folder: Path) -> None:
        """A missing folder is no fault: then there is no browser client."""
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False, html=False)

    def endpoint(self) -> Endpoint:
        """Answers GET of whatever no other route names; not part of the contract."""
        return Endpoint("GET", "/{file}", "getFile", "A file of the browser client.", self.file, (), Access.PUBLIC)

    async def file(self, call: Call) -> Response:
        """A file, or 404: a page for who reads pages, a problem for everybody else."""
        path = PurePosixPath(call.request.scope["path"].lstrip("/") or "index.html")
        is_hidden = any(part.startswith(".") or part in _HIDDEN for part in path.parts)
        if is_hidden or path.suffix not in SUFFIXES:
            return await self._missing(call)
        try:
            response = await self._files.get_response(str(path), call.request.scope)
        except (HTTPException, OSError, ValueError):
            return await self._missing(call)
        response.headers["Content-Security-Policy"] = POLICY
        # Asked each time and answered 304: a new release is seen at once.
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def _missing(self, call: Call) -> Response:
        refusal = refuse(404, "NOT_FOUND", "There is nothing here. Check the address for a slip of the keyboard.")
        if "text/html" not in call.request.headers.get("accept", ""):
            raise refusal
        try:
            page = await asyncio.to_thread((self._folder / _MISSING).read_bytes)
        except OSError as error:
            raise refusal from error
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept"}
        return Response(page, status_code=404, media_type="text/html", headers=headers)
