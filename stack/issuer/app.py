"""The issuer put together."""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import Iterable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.issuer.backend import Backend
from stack.issuer.openid import Client, OpenId
from stack.issuer.people import People
from stack.issuer.sessions import session_token
from stack.issuer.webhooks import Webhooks, deleted


@dataclasses.dataclass(frozen=True)
class Options:
    """What the issuer is told. Secrets are made up: nothing of anybody's is behind them."""

    address: str
    """The issuer, e.g. http://127.0.0.1:9091, without a slash at its end."""
    page: str
    """The origin that session tokens are for."""
    secret_key: str
    webhook_secret: str
    webhook_url: str = ""
    clients: tuple[Client, ...] = ()


class Issuer:
    """Everything that it is, for whoever serves it and for tests."""

    def __init__(self, options: Options, people: People | None = None) -> None:
        self.people = people or People()
        self.backend = Backend(self.people, options.secret_key)
        self.webhooks = Webhooks(self.people, options.webhook_secret, options.webhook_url)
        self.options = options
        clients = {client.client_id: client for client in options.clients}
        self.openid = OpenId(self.people, options.address, clients)
        self.app = Starlette(routes=[*self.openid.routes(), *self.backend.routes(), *self._controls()])

    def session_token(self, subject: str, **changed: object) -> str:
        """A token of a fresh session of this person."""
        return session_token(self.people, self.options.address, subject, self.options.page, **changed)

    def _controls(self) -> Iterable[Route]:
        return [
            Route("/_test/people", self._add, methods=["POST"]),
            Route("/_test/people/{subject}", self._remove, methods=["DELETE"]),
            Route("/_test/people/{subject}/token", self._token, methods=["POST"]),
            Route("/healthz", self._healthy),
        ]

    async def _add(self, request: Request) -> Response:
        """Make an account, and tell of it."""
        if not self._is_ours(request):
            return Response(status_code=401)
        given = await request.json()
        person = self.people.add(str(given["email"]), first_name=str(given.get("first_name", "")))
        self.webhooks.tell("user.created", person.as_clerk())
        return await self._told(person.as_clerk(), 201)

    async def _remove(self, request: Request) -> Response:
        """End an account, and tell of it."""
        subject = request.path_params["subject"]
        if not self._is_ours(request):
            return Response(status_code=401)
        if subject not in self.people.persons:
            return Response(status_code=404)
        self.people.remove(subject)
        self.webhooks.tell("user.deleted", deleted(subject))
        return await self._told(deleted(subject), 200)

    async def _token(self, request: Request) -> Response:
        """A session's token, as Clerk's script would hold it."""
        if not self._is_ours(request):
            return Response(status_code=401)
        if request.path_params["subject"] not in self.people.persons:
            return Response(status_code=404)
        return JSONResponse({"token": self.session_token(request.path_params["subject"])})

    async def _told(self, told: dict[str, object], status: int) -> Response:
        if self.webhooks.url:
            await self.webhooks.deliver()
        return JSONResponse(told, status_code=status)

    def _is_ours(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "")
        return hmac.compare_digest(shown.encode(), f"Bearer {self.options.secret_key}".encode())

    async def _healthy(self, _: Request) -> Response:
        return Response("ok\n", media_type="text/plain")
