"""What an OpenID provider tells of itself (OpenID Connect Discovery), taken as far as it fits what is pinned."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
import time
from collections.abc import Callable, Mapping

from chassis import logs
from chassis.tokens.rules import id_token
from services.auth.clients.http_documents import HttpDocuments
from services.auth.domain.errors import IssuerAway
from services.auth.domain.provider import Provider, is_loopback, is_secure
from services.auth.domain.provider_errors import ProviderAway

PATH = "/.well-known/openid-configuration"
DOCUMENT_BYTES_MAX = 64 * 1024
DEADLINE_S = 5.0
FRESH_S = 3600.0
"""How long what was told holds without another look."""
RETRY_S = 5.0
"""Shortest time between two looks: of a provider that is away, people hear so at once in between."""
STALE_S = 86_400.0
"""Longest that it goes on while the provider is away."""
_BASIC, _POST = "client_secret_basic", "client_secret_post"

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Where the provider is asked what, and how."""

    authorization: str
    token: str
    keys: str
    by_post: bool
    """Whether the client's secret goes into the form, and not into a header."""
    algorithms: frozenset[str]
    """Of those that we take, what its id tokens may be signed by."""
    names_issuer: bool
    """Whether each of its answers says whose it is (RFC 9207): then one that does not is another's."""


class Unfit(Exception):
    """The document is none of this provider's, or asks for what we do not do; the text says which, for the log."""


def endpoints_in(document: str, provider: Provider) -> Endpoints:
    """Read a discovery document. Raises Unfit."""
    try:
        told = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise Unfit("not JSON") from error
    if not isinstance(told, dict):
        raise Unfit("not a JSON object")
    if told.get("issuer") != provider.issuer:
        # Byte for byte: else whoever can have us read another document would choose where codes are sent.
        raise Unfit("another issuer")
    if "code" not in _texts(told, "response_types_supported", ("code",)):
        raise Unfit("no authorization code")
    # Absent says nothing, and a provider that does not know PKCE ignores it; one that lists others would refuse ours.
    if "S256" not in _texts(told, "code_challenge_methods_supported", ("S256",)):
        raise Unfit("no PKCE by S256")
    ways = _texts(told, "token_endpoint_auth_methods_supported", (_BASIC,))
    if not {_BASIC, _POST} & ways:
        raise Unfit("no client secret by basic or post")
    algorithms = id_token(provider.issuer, provider.client_id).algorithms
    signs = algorithms & _texts(told, "id_token_signing_alg_values_supported", tuple(algorithms))
    if not signs:
        raise Unfit("no signature that we take")
    return Endpoints(
        authorization=_url(told, "authorization_endpoint", provider),
        token=_url(told, "token_endpoint", provider),
        keys=_url(told, "jwks_uri", provider),
        by_post=_BASIC not in ways,
        algorithms=signs,
        names_issuer=told.get("authorization_response_iss_parameter_supported") is True,
    )


def _texts(told: Mapping[str, object], name: str, absent: tuple[str, ...]) -> frozenset[str]:
    value = told.get(name)
    if value is None:
        return frozenset(absent)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unfit(f"{name} is no list of texts")
    return frozenset(value)


def _url(told: Mapping[str, object], name: str, provider: Provider) -> str:
    url = told.get(name)
    # Plain http is for a stand-in on this machine, whose own address says that it is one.
    fits = isinstance(url, str) and is_secure(url) and (is_loopback(provider.issuer) or not is_loopback(url))
    if not fits or "#" in str(url) or not str(url).isprintable() or " " in str(url):
        raise Unfit(f"{name} is no https address")
    return str(url)


class Discovery:
    """The newest fitting document of one provider. One look at a time."""

    def __init__(self, http: HttpDocuments, provider: Provider, *, now_s: Callable[[], float] = time.monotonic) -> None:
        """Nothing is asked until somebody wants to sign in."""
        self._http = http
        self._provider = provider
        self._now_s = now_s
        self._lock = asyncio.Lock()
        self._endpoints: Endpoints | None = None
        self._read_at = self._tried_at = float("-inf")

    async def endpoints(self) -> Endpoints:
        """Where the provider is asked. Raises ProviderAway, also for one whose document is not taken."""
        if self._endpoints is None or self._age(self._read_at) >= FRESH_S:
            async with self._lock:
                if self._age(self._tried_at) >= RETRY_S:
                    await self._look()
        if self._endpoints is None or self._age(self._read_at) >= STALE_S:
            raise ProviderAway
        return self._endpoints

    async def _look(self) -> None:
        try:
            url = self._provider.issuer.rstrip("/") + PATH
            document = await self._http.text(url, deadline_s=DEADLINE_S, bytes_max=DOCUMENT_BYTES_MAX)
            self._endpoints = endpoints_in(document, self._provider)
            self._read_at = self._now_s()
        except (IssuerAway, Unfit) as error:
            # What was taken before goes on: a document that is broken for an hour ends nobody's way in.
            reason = str(error) if isinstance(error, Unfit) else "away"
            provider = self._provider.provider
            logs.event(_log, logging.WARNING, "provider not discovered", provider=provider, reason=reason)
        finally:
            self._tried_at = self._now_s()

    def _age(self, at_s: float) -> float:
        return self._now_s() - at_s
