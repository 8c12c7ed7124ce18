"""The way to an OpenID provider and back: authorization code with PKCE, and an id token for this sign-in alone."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote_plus, urlencode

import httpx

from chassis.tokens.errors import KeysAway, TokenRefused
from chassis.tokens.key_document import DOCUMENT_BYTES_MAX
from chassis.tokens.keys import Keys
from chassis.tokens.rules import id_token
from chassis.tokens.verifying import Verified, verify
from services.auth.clients.http_documents import HttpDocuments, json_of
from services.auth.clients.openid_discovery import DEADLINE_S, Discovery, Endpoints
from services.auth.domain.errors import IssuerAway
from services.auth.domain.provider import GOOGLE, Provider
from services.auth.domain.provider_errors import ProviderAnswerRefused, ProviderAway
from services.auth.domain.provider_sign_in import CLOCKS_APART, ProviderSignIn, Told, told_by

SCOPE = "openid email profile"
ANSWER_BYTES_MAX = 64 * 1024
_SERVER_ERRORS = range(500, 600)


class OpenIdRoad:
    """To one provider."""

    def __init__(
        self,
        http: HttpDocuments,
        provider: Provider,
        client_secret: str,
        redirect_uri: str,
        *,
        now_s: Callable[[], float] = time.time,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """`redirect_uri` is this provider's alone, so that another's answer cannot come by it."""
        self._http = http
        self._provider = provider
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._now_s = now_s
        self._deadline_s = deadline_s
        self._rules = id_token(provider.issuer, provider.client_id)
        self._discovery = Discovery(http, provider)
        self._keys = Keys(self._key_set, self._rules.algorithms, issuer=provider.issuer)

    async def authorization_url(self, state: str, nonce: str, challenge: str, *, again: bool) -> str:
        """Its page, with all that is asked of it; `again` has it ask who somebody is anew. Raises ProviderAway."""
        endpoints = await self._discovery.endpoints()
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": SCOPE,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        if again and self._provider.kind == GOOGLE:
            # It knows neither max_age nor prompt=login; this at least lets nobody in without a touch of theirs.
            asked |= {"prompt": "select_account"}
        elif again:
            asked |= {"prompt": "login", "max_age": "0"}
        return endpoints.authorization + ("&" if "?" in endpoints.authorization else "?") + urlencode(asked)

    async def check_issuer(self, issuer: str) -> None:
        """Whether an answer with this `iss`, or without one, can be this provider's.

        Raises ProviderAnswerRefused or ProviderAway.
        """
        endpoints = await self._discovery.endpoints()
        if issuer and issuer != self._provider.issuer:
            raise ProviderAnswerRefused("iss")
        if not issuer and endpoints.names_issuer:
            raise ProviderAnswerRefused("no iss")

    async def redeem(self, code: str, sign_in: ProviderSignIn) -> Told:
        """Whom the code stands for. Raises ProviderAnswerRefused or ProviderAway."""
        endpoints = await self._discovery.endpoints()
        answer = await self._exchanged(endpoints, code, sign_in.verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderAnswerRefused("no id token")
        rules = dataclasses.replace(self._rules, algorithms=endpoints.algorithms)
        try:
            verified = await verify(token, rules, self._keys, now_s=self._now_s(), nonce=sign_in.nonce)
        except TokenRefused as error:
            raise ProviderAnswerRefused(f"id token: {error}") from error
        except KeysAway as error:
            raise ProviderAway from error
        _check_access_token(verified, answer.get("access_token"))
        told = told_by(verified.claims)
        self._check_asked_anew(told, sign_in)
        # A clock that is wrong keeps nobody out; they are as fresh as if nothing was told.
        return dataclasses.replace(told, authenticated_at=None) if self._is_to_come(told) else told

    def _is_to_come(self, told: Told) -> bool:
        told_at = told.authenticated_at
        return told_at is not None and told_at.timestamp() > self._now_s() + CLOCKS_APART.total_seconds()

    def _check_asked_anew(self, told: Told, sign_in: ProviderSignIn) -> None:
        """OpenID Connect Core, 3.1.2.1: who is asked with max_age says when, and that must be within this sign-in."""
        told_at = told.authenticated_at
        if not sign_in.again:
            return
        if self._is_to_come(told):
            raise ProviderAnswerRefused("auth_time to come")
        if self._provider.kind == GOOGLE:
            return
        if told_at is None or told_at < sign_in.created_at - CLOCKS_APART:
            raise ProviderAnswerRefused("auth_time" if told_at is not None else "no auth_time")

    async def _exchanged(self, endpoints: Endpoints, code: str, verifier: str) -> Mapping[str, object]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Accept": "application/json"}
        if endpoints.by_post:
            form |= {"client_id": self._provider.client_id, "client_secret": self._client_secret}
        else:
            headers["Authorization"] = _basic(self._provider.client_id, self._client_secret)
        try:
            status, _, body = await self._http.ask(
                "POST",
                endpoints.token,
                headers=headers,
                form=form,
                deadline_s=self._deadline_s,
                bytes_max=ANSWER_BYTES_MAX,
            )
            if status in _SERVER_ERRORS or status == httpx.codes.TOO_MANY_REQUESTS:
                raise ProviderAway
            if status != httpx.codes.OK:
                # A redirect is among them: followed, it would take code and secret to somebody else.
                raise ProviderAnswerRefused(f"the code was answered {status}")
            answer = json_of(body)
        except IssuerAway as error:
            raise ProviderAway from error
        if not isinstance(answer, dict) or str(answer.get("token_type", "")).lower() != "bearer":
            raise ProviderAnswerRefused("no answer of tokens")
        return answer

    async def _key_set(self, deadline_s: float, kid: str) -> str:
        try:
            endpoints = await self._discovery.endpoints()
            return await self._http.text(endpoints.keys, deadline_s=deadline_s, bytes_max=DOCUMENT_BYTES_MAX)
        except (IssuerAway, ProviderAway) as error:
            raise KeysAway(self._provider.issuer) from error


def _basic(client_id: str, secret: str) -> str:
    # RFC 6749, 2.3.1: each is encoded as a form's field first, so that a colon in either ends nothing early.
    pair = f"{quote_plus(client_id)}:{quote_plus(secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _check_access_token(verified: Verified, access_token: object) -> None:
    """OpenID Connect Core, 3.1.3.8: where the id token names an access token, it is the one that came with it."""
    if "at_hash" not in verified.claims:
        return
    named = verified.claims["at_hash"]
    if not isinstance(named, str) or not isinstance(access_token, str):
        raise ProviderAnswerRefused("at_hash")
    # Both algorithms that are taken are of SHA-256: half of it.
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(half).rstrip(b"=")
    if not hmac.compare_digest(named.encode(), expected):
        raise ProviderAnswerRefused("at_hash")
