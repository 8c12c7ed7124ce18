"""A gateway that is in trouble: it answers what is read with a refusal, or not at all, until that is over."""

from __future__ import annotations

from http import HTTPStatus

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.integration.web.told import problem

# Without who is signed in there is no view that could be in trouble.
_SESSION = ("/v1/auth/refresh", "/v1/me")
# A reading, although it sends what must stand in no address.
_READ_BY_POST = ("/v1/shares/open", "/v1/auth/mailed-link", "/v1/privacy/closings/open", "/v1/privacy/requests/open")


class FakeTrouble:
    """Stands before the gateway's routes."""

    def __init__(self) -> None:
        """None yet."""
        self.refusal: HTTPStatus | None = None
        self.is_silent = False
        self.spares: tuple[str, ...] = _SESSION

    def end(self) -> None:
        """All is well again, for what is asked from now on."""
        self.refusal, self.is_silent, self.spares = None, False, _SESSION

    def around(self, inner: ASGIApp) -> ASGIApp:
        """The routes, where they are reached."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if not self._meets(scope):
                await inner(scope, receive, send)
            elif self.is_silent:
                await _client_leaves(receive)
            elif self.refusal is not None:
                answer = problem(self.refusal, "INTERNAL", "The reason is in the log.", retry_after_s="0.01")
                await answer(scope, receive, send)

        return app

    def _meets(self, scope: Scope) -> bool:
        path = scope["path"]
        if not (self.is_silent or self.refusal) or not path.startswith("/v1/") or path in self.spares:
            return False
        return scope["method"] == "GET" or path in _READ_BY_POST


async def _client_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
