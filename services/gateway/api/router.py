"""From a method and a path to the endpoint that answers it."""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.api.admission import Admission
from services.gateway.api.endpoint import Access, Call, Endpoint
from services.gateway.api.of_age import Confirmed, require_age
from services.gateway.api.problems import refuse
from services.gateway.api.scopes import require_scope
from services.gateway.api.step_up import Methods, require_fresh
from services.gateway.domain.identifiers import is_known_shape

_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_OVERRIDABLE = "/v1/uploads"


class Router:
    """Every endpoint, by path and method; what is no path of ours goes to the browser client's files."""

    def __init__(
        self,
        endpoints: Iterable[Endpoint],
        admission: Admission,
        files: Endpoint,
        *,
        proofs: Methods,
        of_age: Confirmed,
    ) -> None:
        """`files` answers GET of everything outside /v1 that no endpoint names.

        `proofs` are a person's for stepUp, `of_age` is whether one has said to be old enough.
        """
        self._admission = admission
        self._proofs = proofs
        self._of_age = of_age
        self._files = files
        self._paths: dict[str, tuple[re.Pattern[str], dict[str, Endpoint]]] = {}
        for endpoint in endpoints:
            _, methods = self._paths.setdefault(endpoint.path, (_compiled(endpoint.path), {}))
            if endpoint.method in methods:
                raise ValueError(f"two endpoints for {endpoint.method} {endpoint.path}")
            methods[endpoint.method] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Admit, then answer. Raises Refused."""
        template, methods, path = self._find(scope["path"])
        scope["state"]["route"] = template
        method = _method(scope, template)
        endpoint = _chosen(methods, method)
        if endpoint is not None:
            scope["state"]["headers"].update(endpoint.always)
        elif method == "OPTIONS":
            await Response(status_code=204, headers={"Allow": _allowed(methods)})(scope, receive, send)
            return
        else:
            raise refuse(405, "METHOD_NOT_ALLOWED", f"{method} means nothing here.", Allow=_allowed(methods))
        scope["method"] = method
        request = Request(scope, receive)
        call = await self._admitted(request, endpoint, path)
        with self._admission.held(call):
            response = await endpoint.handle(call)
            await response(scope, receive, send)

    async def _admitted(self, request: Request, endpoint: Endpoint, path: Mapping[str, str]) -> Call:
        caller = None
        if endpoint.access is Access.SIGNED:
            # Counted against the person alone: many of them may share one address.
            caller = await self._admission.identify(request)
            self._admission.pace_person(request, caller)
            require_scope(endpoint.name, caller)
            await require_fresh(endpoint.name, caller, self._proofs, datetime.datetime.now(datetime.UTC))
            await require_age(endpoint.name, caller, self._of_age)
        else:
            self._admission.pace_address(request, endpoint.rate)
        if not all(is_known_shape(name, value) for name, value in path.items()):
            raise refuse(404, "NOT_FOUND", "There is nothing here.")
        still = functools.partial(self._admission.require_still, request, caller) if caller is not None else None
        return Call(request, endpoint, path, caller, request.state.request_id, request.state.is_https, still)

    def _find(self, path: str) -> tuple[str, Mapping[str, Endpoint], Mapping[str, str]]:
        for template, (pattern, methods) in self._paths.items():
            match = pattern.fullmatch(path)
            if match is not None:
                return template, methods, match.groupdict()
        if path.startswith("/v1/"):
            raise refuse(404, "NOT_FOUND", "There is nothing here.")
        return self._files.path, {"GET": self._files}, {}


def _compiled(template: str) -> re.Pattern[str]:
    pieces = _PARAMETER.split(template)
    return re.compile(
        "".join(re.escape(piece) if number % 2 == 0 else f"(?P<{piece}>[^/]+)" for number, piece in enumerate(pieces))
    )


def _method(scope: Scope, template: str) -> str:
    method = str(scope["method"])
    if method == "POST" and template.startswith(_OVERRIDABLE):
        # tus 1.0: for clients whose platform knows only GET and POST.
        for name, value in scope["headers"]:
            if name == b"x-http-method-override":
                return str(value, "latin-1").upper()
    return method


def _chosen(methods: Mapping[str, Endpoint], method: str) -> Endpoint | None:
    endpoint = methods.get(method)
    if endpoint is None and method == "HEAD" and "GET" in methods and methods["GET"].head:
        return methods["GET"]
    return endpoint


def _allowed(methods: Mapping[str, Endpoint]) -> str:
    names = set(methods) | {"OPTIONS"}
    if "GET" in methods and methods["GET"].head:
        names.add("HEAD")
    return ", ".join(sorted(names))
