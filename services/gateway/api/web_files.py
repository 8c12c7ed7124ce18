"""The browser client's files: plain, our own, under a policy that lets nothing else run."""

from __future__ import annotations

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
_HIDDEN = frozenset({"node_modules", "tests"})


class WebFiles:
    """Files of one folder, by name; no listing, no hidden file, nothing outside."""

    def __init__(self, folder: Path) -> None:
        """A missing folder is no fault: then there is no browser client."""
        self._files = StaticFiles(directory=folder, check_dir=False, html=False)

    def endpoint(self) -> Endpoint:
        """Answers GET of whatever no other route names; not part of the contract."""
        return Endpoint("GET", "/{file}", "getFile", "A file of the browser client.", self.file, (), Access.PUBLIC)

    async def file(self, call: Call) -> Response:
        """A file, or 404."""
        path = PurePosixPath(call.request.scope["path"].lstrip("/") or "index.html")
        is_hidden = any(part.startswith(".") or part in _HIDDEN for part in path.parts)
        if is_hidden or path.suffix not in SUFFIXES:
            raise _missing()
        try:
            response = await self._files.get_response(str(path), call.request.scope)
        except (HTTPException, OSError, ValueError) as error:
            raise _missing() from error
        response.headers["Content-Security-Policy"] = POLICY
        # Asked each time and answered 304: a new release is seen at once.
        response.headers["Cache-Control"] = "no-cache"
        return response


def _missing() -> Exception:
    return refuse(404, "NOT_FOUND", "There is nothing here.")
