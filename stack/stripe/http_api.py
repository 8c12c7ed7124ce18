"""The API over HTTP: who asks, with which key, and what is answered, as JSON."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from stack.stripe import failures, faults, forms, idempotency, passing
from stack.stripe.expanding import Expander
from stack.stripe.parameters import Parameters
from stack.stripe.routing import Call, Router
from stack.stripe.shapes import API_VERSION, Resource
from stack.stripe.world import World

BODY_BYTES_MAX = 1024 * 1024


class Api:
    """Answers /v1. One request changes the state at a time: handlers never wait."""

    def __init__(
        self,
        world: World,
        router: Router,
        expander: Expander,
        *,
        secret_key: str,
        trouble: faults.Faults,
        answers: idempotency.Answers,
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called before an answer leaves, so that nothing answered is forgotten."""
        self._world = world
        self._router = router
        self._expander = expander
        self._secret_key = secret_key
        self._trouble = trouble
        self._answers = answers
        self._changed = changed
        self._requests = 0

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._requests += 1
        request_id = "req_" + self._world.letters(f"request:{self._requests}:{self._world.serial}", 14)
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        try:
            self.require_key(request)
            status, body = await self._keyed(request, request_id, headers)
        except failures.Refused as error:
            status, body = error.status, _error_body(error)
        return Response(body, status, headers, media_type="application/json")

    def require_key(self, request: Request) -> None:
        """Refuse who does not show the account's secret key, as bearer or as the user of basic authentication."""
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            with contextlib.suppress(binascii.Error, UnicodeDecodeError):
                given = base64.b64decode(given).decode().partition(":")[0]
        given = given.strip()
        if not given:
            raise failures.key_missing()
        if not hmac.compare_digest(given.encode(), self._secret_key.encode()):
            raise failures.key_invalid(given)

    async def _keyed(self, request: Request, request_id: str, headers: dict[str, str]) -> tuple[int, str]:
        """The answer, from the idempotency key's memory where it has one."""
        body = await _read_body(request)
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            message = f"The test stand-in of Stripe speaks version {API_VERSION} only."
            raise failures.refused(message, "api_version_unsupported")
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if not key:
            await self._trouble.wait(request.url.path)
            answered, _ = self._run(request, body, {"id": request_id, "idempotency_key": None})
            return answered
        parameters = idempotency.fingerprint(request.method, request.url.path, body)
        before = self._answers.begin(key, parameters, self._world.clock.now())
        if before is not None and before.status is not None:
            headers |= {"Idempotent-Replayed": "true", "Original-Request": before.request_id}
            return before.status, before.body
        finished = False
        try:
            await self._trouble.wait(request.url.path)
            answered, kept = self._run(request, body, {"id": request_id, "idempotency_key": key})
            if kept is not None:
                self._answers.finish(key, *kept, request_id)
                self._world.changes += 1
                self._changed()
                finished = True
        finally:
            if not finished:
                self._answers.forget(key)
        return answered

    def _run(self, request: Request, body: bytes, cause: Resource) -> tuple[tuple[int, str], tuple[int, str] | None]:
        """Do what is asked: what is answered, and what the idempotency key keeps of it (None for nothing)."""
        fault = self._trouble.take(request.method, request.url.path)
        failed = faults.failure(fault.status) if fault is not None else None
        if fault is not None and failed is not None and fault.kind == "before":
            answered = failed.status, _error_body(failed)
            return answered, None if failed.is_validation else answered
        self._world.request = cause
        try:
            passing.pass_until(self._world, self._world.clock.now())
            true, is_kept = self._done(request, body)
        finally:
            self._world.request = {"id": None, "idempotency_key": None}
            self._changed()
        if fault is None or failed is None:
            return true, true if is_kept else None
        answered = failed.status, _error_body(failed)
        return answered, answered if fault.kind == "after" else true

    def _done(self, request: Request, body: bytes) -> tuple[tuple[int, str], bool]:
        """The true answer, and whether an idempotency key keeps it."""
        try:
            text = request.url.query if request.method in {"GET", "DELETE"} and not body else body.decode()
            params = Parameters(forms.parse(text))
            route, ids = self._router.find(request.method, request.url.path)
            params.refuse_unknown(route.known())
            call = Call(self._world, params, ids, request.url.path)
            told = self._expander.expanded(route.handler(call), params.words("expand"))
            return (200, json.dumps(told, indent=2)), True
        except failures.Refused as error:
            return (error.status, _error_body(error)), not error.is_validation
        except (forms.FormMalformed, UnicodeDecodeError) as error:
            refused = failures.refused(str(error) or "Invalid request.")
            return (400, _error_body(refused)), False


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise failures.Refused(413, "invalid_request_error", "The request is too large.")
    return body


def _error_body(error: failures.Refused) -> str:
    return json.dumps({"error": error.body}, indent=2)
