"""Every refusal that a test meets, held against the document: an operation gives no word that it does not list."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable

import httpx

from services.gateway.api.endpoint import Endpoint
from services.gateway.api.problems import MEDIA_TYPE
from services.gateway.api.reasons import OTHER, REASONS
from services.gateway.api.refusals import reasons_of


def holding(endpoints: Iterable[Endpoint]) -> Callable[[httpx.Response], Awaitable[None]]:
    """A hook of a client that raises AssertionError for a refusal that its operation does not list."""
    known = [(re.compile(re.sub(r"\{[a-z_]+\}", "[^/]+", endpoint.path)), endpoint) for endpoint in endpoints]

    async def hold(response: httpx.Response) -> None:
        if response.headers.get("content-type") != MEDIA_TYPE or response.request.method == "HEAD":
            return
        request = response.request
        method = request.headers.get("x-http-method-override", request.method)
        of_path = [endpoint for pattern, endpoint in known if pattern.fullmatch(request.url.path)]
        for endpoint in of_path:
            if endpoint.method == method:
                await response.aread()
                word = response.json()["reason"]
                if word == OTHER:
                    return
                assert word in reasons_of(endpoint), (endpoint.name, word)
                assert response.status_code == REASONS[word].status, word

    return hold
