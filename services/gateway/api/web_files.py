"""The browser client's files: plain, our own, under a policy that lets nothing else run."""

from __future__ import annotations

import asyncio
from pathlib import Path, PurePosixPath

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from services.gateway.api.endpoint import Access, Call, Endpoint
from services.gateway.api.problems import refuse
from services.gateway.domain.content_codings import taken_codings

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".flac": "audio/flac",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""What is served at all, and as what; neither a source map nor the compressed form of a file, by its own name."""
# The decoder and the time stretch are WebAssembly, which may be compiled; text may still not be run as a script.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; media-src 'self';"
    " connect-src 'self'; font-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
_COMPRESSED = {"br": ".br", "gzip": ".gz"}
_MISSING = "missing.html"
_HIDDEN = frozenset({"node_modules", "tests", _MISSING})
# Their names hold a digest of what is in them.
_NAMED_BY_CONTENT = "assets"
_FOR_EVER = "public, max-age=31536000, immutable"
# Asked each time and answered 304: a new release is seen at once.
_ASKED_EACH_TIME = "no-cache"


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
        """A file, compressed where that is kept and taken, or 404: a page for who reads pages, else a problem."""
        path = PurePosixPath(call.request.scope["path"].lstrip("/") or "index.html")
        is_hidden = any(part.startswith(".") or part in _HIDDEN for part in path.parts)
        if is_hidden or path.suffix not in TYPES:
            return await self._missing(call)
        response = await self._compressed(call, path) or await self._found(call, str(path))
        if response is None:
            return await self._missing(call)
        if response.status_code != 304:
            response.headers["Content-Type"] = TYPES[path.suffix]
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = _FOR_EVER if path.parts[0] == _NAMED_BY_CONTENT else _ASKED_EACH_TIME
        return response

    async def _compressed(self, call: Call, path: PurePosixPath) -> Response | None:
        for coding in taken_codings(call.request.headers.get("accept-encoding", ""), tuple(_COMPRESSED)):
            response = await self._found(call, f"{path}{_COMPRESSED[coding]}")
            if response is not None:
                response.headers["Content-Encoding"] = coding
                return response
        return None

    async def _found(self, call: Call, path: str) -> Response | None:
        try:
            return await self._files.get_response(path, call.request.scope)
        except (HTTPException, OSError, ValueError):
            return None

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
