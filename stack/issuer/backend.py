"""The part of Clerk's backend API that is read: its users, page by page and one by one."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stack.issuer.people import People

LIMIT_MAX = 500


class Backend:
    """Answers whoever has the secret key."""

    def __init__(self, people: People, secret_key: str) -> None:
        """`secret_key` begins with sk_test_."""
        self._people = people
        self._secret_key = secret_key
        self.asked = 0
        self.refusals: list[tuple[int, dict[str, str]]] = []
        """Statuses and headers that the next requests are answered with, for tests of bad days."""

    def routes(self) -> list[Route]:
        """Where they are."""
        return [Route("/v1/users", self.users), Route("/v1/users/{subject}", self.user)]

    async def users(self, request: Request) -> Response:
        """One page, oldest first."""
        refusal = self._refused(request)
        if refusal is not None:
            return refusal
        try:
            limit = int(request.query_params.get("limit", "10"))
            offset = int(request.query_params.get("offset", "0"))
        except ValueError:
            return _fault(422, "form_param_format_invalid")
        if not 1 <= limit <= LIMIT_MAX or offset < 0:
            return _fault(422, "form_param_value_invalid")
        everybody = sorted(self._people.persons.values(), key=lambda each: (each.created_ms, each.subject))
        return JSONResponse([each.as_clerk() for each in everybody[offset : offset + limit]])

    async def user(self, request: Request) -> Response:
        """One of them."""
        refusal = self._refused(request)
        if refusal is not None:
            return refusal
        person = self._people.persons.get(request.path_params["subject"])
        return JSONResponse(person.as_clerk()) if person is not None else _fault(404, "resource_not_found")

    def _refused(self, request: Request) -> Response | None:
        self.asked += 1
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return _fault(status, "refused", headers)
        shown = request.headers.get("authorization", "")
        if not hmac.compare_digest(shown.encode(), f"Bearer {self._secret_key}".encode()):
            return _fault(401, "authentication_invalid")
        return None


def _fault(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"errors": [{"code": code, "message": code}]}, status_code=status, headers=headers)
