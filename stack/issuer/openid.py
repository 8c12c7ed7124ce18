"""OpenID Connect: discovery, keys, a page that asks who signs in, and codes that buy an id token once."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import html
import secrets
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from stack.issuer.misbehaviour import HUGE_BYTES, Misbehaviour, changed
from stack.issuer.people import People

CODE_LIFE_S = 60
ID_TOKEN_LIFE_S = 3600
_ASKED = ("client_id", "redirect_uri", "state", "nonce", "code_challenge")
_MAY_BE_ASKED = ("max_age",)


@dataclasses.dataclass(frozen=True)
class Client:
    """A program that may sign people in here."""

    client_id: str
    secret: str
    redirect_uris: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class _Code:
    subject: str
    asked: Mapping[str, str]
    until_s: float


class OpenId:
    """The provider's endpoints."""

    def __init__(
        self, people: People, address: str, clients: Mapping[str, Client], misbehaviour: Misbehaviour | None = None
    ) -> None:
        """`address` is the issuer, without a slash at its end."""
        self.misbehaviour = misbehaviour or Misbehaviour()
        self._people = people
        self._address = address
        self._clients = clients
        self._codes: dict[str, _Code] = {}

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/.well-known/openid-configuration", self.discovery),
            Route("/.well-known/jwks.json", self.key_set),
            Route("/authorize", self.authorize, methods=["GET", "POST"]),
            Route("/token", self.token, methods=["POST"]),
        ]

    async def discovery(self, _: Request) -> Response:
        """What OpenID Connect Discovery tells of an issuer."""
        if self.misbehaviour.is_huge_everywhere:
            return Response(b" " * HUGE_BYTES, media_type="application/json")
        return JSONResponse(
            changed(
                {
                    "issuer": self._address,
                    "authorization_endpoint": f"{self._address}/authorize",
                    "token_endpoint": f"{self._address}/token",
                    "jwks_uri": f"{self._address}/.well-known/jwks.json",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                    "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                    "authorization_response_iss_parameter_supported": True,
                    "scopes_supported": ["openid", "email", "profile"],
                },
                self.misbehaviour.discovery,
            )
        )

    async def key_set(self, _: Request) -> Response:
        """Every published key."""
        return JSONResponse({"keys": [key.published() for key in self._people.keys]})

    async def authorize(self, request: Request) -> Response:
        """A page with everybody on it; whoever is chosen goes back with a code."""
        asked = {name: request.query_params.get(name, "") for name in (*_ASKED, *_MAY_BE_ASKED)}
        client = self._clients.get(asked["client_id"])
        fits = request.query_params.get("response_type") == "code" and (
            request.query_params.get("code_challenge_method") == "S256" and all(asked[name] for name in _ASKED)
        )
        # Never sent back to an address that is not the client's: that would hand it the code.
        if client is None or asked["redirect_uri"] not in client.redirect_uris or not fits:
            return HTMLResponse("<h1>This request to sign in is not a good one.</h1>", status_code=400)
        if request.method == "GET":
            return HTMLResponse(_page(self._people))
        chosen = dict(parse_qsl((await request.body()).decode(errors="replace"))).get("subject", "")
        given: dict[str, object] = {"state": asked["state"], "iss": self._address}
        if chosen in self._people.persons:
            code = secrets.token_urlsafe(24)
            self._codes[code] = _Code(chosen, asked, self._people.now_s() + CODE_LIFE_S)
            given["code"] = code
        else:
            given["error"] = "access_denied"
        back = urlencode(changed(given, self.misbehaviour.back))
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=303)

    async def token(self, request: Request) -> Response:
        """An id token for a code, to the client that asked for it and knows what it asked with."""
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        client = self._authenticated(request.headers.get("authorization", ""), form)
        if client is None:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        strange = self.misbehaviour
        if strange.silence is not None:
            await strange.silence.wait()
        if strange.token_location:
            return RedirectResponse(strange.token_location, status_code=307)
        if strange.is_huge:
            return Response(b" " * HUGE_BYTES, media_type="application/json")
        if strange.token_status != 200:
            return JSONResponse({"error": "server_error"}, status_code=strange.token_status)
        code = self._codes.get(form.get("code", ""))
        if strange.forgets_codes:
            self._codes.pop(form.get("code", ""), None)
        if (
            code is None
            or form.get("grant_type") != "authorization_code"
            or self._people.now_s() > code.until_s
            or code.asked["client_id"] != client.client_id
            or code.asked["redirect_uri"] != form.get("redirect_uri")
            or code.asked["code_challenge"] != challenge_of(form.get("code_verifier", ""))
        ):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        access_token = secrets.token_urlsafe(24)
        answer = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": ID_TOKEN_LIFE_S,
            "id_token": self._id_token(code, access_token),
        }
        return JSONResponse(changed(answer, strange.answer), headers={"Cache-Control": "no-store"})

    def _authenticated(self, header: str, form: Mapping[str, str]) -> Client | None:
        scheme, _, value = header.partition(" ")
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if scheme:
            try:
                pair = base64.b64decode(value, validate=True).decode()
            except ValueError:
                return None
            # RFC 6749, 2.3.1: each was encoded as a form's field first.
            name, _, secret = (unquote_plus(part) for part in pair.partition(":"))
        client = self._clients.get(name)
        if scheme.lower() not in ("", "basic") or client is None:
            return None
        return client if hmac.compare_digest(client.secret.encode(), secret.encode()) else None

    def _id_token(self, code: _Code, access_token: str) -> str:
        person, now = self._people.persons[code.subject], int(self._people.now_s())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims: dict[str, object] = {
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
            "iss": self._address,
            "aud": code.asked["client_id"],
            "azp": code.asked["client_id"],
            "sub": person.subject,
            "iat": now,
            "exp": now + ID_TOKEN_LIFE_S,
            "nonce": code.asked["nonce"],
            # Whoever chose a person on the page has shown now who they are, as far as that goes here.
            **({"auth_time": now} if code.asked["max_age"] else {}),
            "email": person.email,
            "email_verified": person.is_verified,
            "name": f"{person.first_name} {person.last_name}".strip(),
        }
        return self._people.sign(changed(claims, self.misbehaviour.claims))


def challenge_of(verifier: str) -> str:
    """What RFC 7636 makes of a verifier by S256."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _page(people: People) -> str:
    def button(value: str, label: str) -> str:
        return f'<p><button name="subject" value="{html.escape(value)}">{html.escape(label)}</button></p>'

    buttons = [button(each.subject, each.email or each.subject) for each in people.persons.values()]
    # Without an action it comes back to this very address, with all that was asked.
    return (
        '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">'
        "<title>Who signs in? - test mode</title><h1>Who signs in?</h1>"
        "<p><strong>Test mode.</strong> This page stands in for a provider on this machine. Nobody's account is behind"
        " it, and no password is asked for: whoever you choose signs in.</p>"
        f'<form method="post">{"".join(buttons)}{button("", "Nobody")}</form></html>'
    )
