"""The OpenAPI 3.1 document, made of the routes themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from services.gateway.api.answer_examples import (
    BY_MEDIA_TYPE,
    BY_SCHEMA,
    KEY_ID,
    SESSION_ID,
    SHARE_ID,
    TRACK_ID,
    UPLOAD_ID,
)
from services.gateway.api.answer_headers import HEADERS, OF_LIMITED, OF_STATUS
from services.gateway.api.endpoint import Access, Answer, Endpoint, Rate
from services.gateway.api.export_schemas import EXPORT_ID
from services.gateway.api.passkey_schemas import PASSKEY_ID
from services.gateway.api.problems import MEDIA_TYPE, Problem
from services.gateway.api.provider_schemas import PROVIDER
from services.gateway.api.reasons import REASONS
from services.gateway.api.refusals import reasons_of
from services.gateway.api.schema import Body, Member, Text, Texts
from services.gateway.api.schemas import SCHEMAS
from services.gateway.api.scopes import Scope, scope_of
from services.gateway.api.webhook_schemas import DELIVERY_ID, ENDPOINT_ID, MESSAGE_ID
from services.gateway.domain.identifiers import PATTERNS

Json = dict[str, object]

_VERSION = "1.1.0"
_PARAMETER = re.compile(r"\{([a-z_]+)\}")
_DESCRIPTION = """\
Upload a song, get its stems, play and practise with them.

- **Signing in.** `signIn` with `transport` token gives an access token for `Authorization: Bearer` and a refresh token
  for `refreshSession`; with cookie it sets HttpOnly cookies, for pages of the same origin. What is signed for and
  changes something must then come from our own pages.
- **API keys** of createApiKey are sent as access tokens are, and open what they are for: each operation names its
  scope, and what concerns the account itself has none.
- **Refusals** are `application/problem+json` with a `reason` for programs, a `detail` that says what happened, and an
  `action` that says what to do. Each operation lists its reasons as examples. Who gets 429, 503 or 504 waits as many
  seconds as `Retry-After` says.
- **Rates.** `RateLimit-Policy` and `RateLimit` of an answer say what its request was counted against, and what is left.
- **Values.** Names end in their unit: `_s` seconds, `_hz` hertz, `_db` decibels, `_bytes`, `_samples` per channel.
  Moments are RFC 3339 in UTC. Later versions may add members to answers and values to enumerations: read on past those
  that you do not know.
- **Requests.** A query parameter that is empty, as in `?q=`, is as good as absent. A JSON body has at most 64 KiB, and
  so have all headers together. `X-Request-Id` of 8 to 64 letters, digits, `_` and `-` comes back with the answer.
"""
_TAGS = {
    "service": "The server itself: whether it is live, its keys, this document.",
    "auth": "Sessions: opening, renewing, ending.",
    "account": "Your account.",
    "keys": "API keys, for programs that act in your place.",
    "uploads": "Files on their way in, by tus 1.0.0: any tus client does, and an upload goes on where it stopped.",
    "tracks": "Your songs: made of uploads, listed, changed, followed, deleted.",
    "playback": "Stems a few seconds at a time, as soon as they are separated.",
    "sharing": "Links that let others play a track.",
    "downloads": "Stems and mixes as files, with byte ranges where the size is known.",
    "models": "What can separate.",
    "billing": "Plans and what is used of yours.",
    "notifications": "Where your programs hear of tracks by signed webhooks, and what was sent there.",
    "webhooks": "What others tell us of their own accord.",
    "privacy": "What is promised, what is held of you, and what became of your uploads.",
}
_PATH_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "track_id": ("Names a track of yours.", TRACK_ID),
    "upload_id": ("Names an upload of yours.", UPLOAD_ID),
    "session_id": ("Names a session of yours.", SESSION_ID),
    "key_id": ("Names an API key of yours.", KEY_ID),
    "passkey_id": ("Names a passkey of yours.", PASSKEY_ID),
    "export_id": ("Names an export of yours.", EXPORT_ID),
    "share_id": ("Names a link of the track.", SHARE_ID),
    "endpoint_id": ("Names a webhook endpoint of yours.", ENDPOINT_ID),
    "delivery_id": ("Names a message in the endpoint's log.", DELIVERY_ID),
    "provider": ("Names one of the providers that listProviders lists.", PROVIDER),
    "stem": ("One of the track's `stems`.", "vocals"),
    "index": ("The segment's `index`, from 0 on.", "0"),
    "sequence": ("The receipt's `sequence`.", "1"),
}
_SECURITY: Mapping[Access, list[Json]] = {
    Access.PUBLIC: [],
    Access.RENEWING: [{}, {"refresh_cookie": []}],
    Access.SIGNED: [{"bearer": []}, {"cookie": []}],
}
_SCHEMES: Json = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The session's `access_token`.",
    },
    "api_key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "sks_live_",
        "description": "An API key that is for what the operation names, in place of an access token. What names no"
        " scope takes no key.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "stripsession_access",
        "description": "Set by signing in with `transport` cookie; changing requests must be same-origin.",
    },
    "refresh_cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "stripsession_refresh",
        "description": "Set with the other, for /v1/auth alone. It may stand in for `refresh_token` in the body.",
    },
}
_EXAMPLE_REQUEST_ID = "req_5d0c1f7a9e3b48d6a2c4e8"


def document(endpoints: Iterable[Endpoint]) -> Json:
    """The whole document."""
    known = list(endpoints)
    paths: dict[str, Json] = {}
    for endpoint in known:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    bodies = [endpoint.body for endpoint in known if endpoint.body is not None]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "StripSession",
            "version": _VERSION,
            "summary": "Upload a song, get its stems.",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "Where this document was read."}],
        "tags": [{"name": name, "description": description} for name, description in _TAGS.items()],
        "paths": paths,
        "webhooks": {"trackEvent": {"post": _told()}},
        "components": {
            "schemas": dict(SCHEMAS) | _choices(known) | {body.name: body.json_schema() for body in bodies},
            "responses": {_refusal_name(*told): _refusal(*told) for told in sorted(_refusals(known))},
            "examples": _examples(bodies),
            "securitySchemes": _SCHEMES,
        },
    }


def _told() -> Json:
    """What we send to endpoints of createWebhookEndpoint."""
    schema = {"$ref": "#/components/schemas/WebhookMessage"}
    headers = {
        "webhook-id": ("Names the message: the same at each try.", MESSAGE_ID),
        "webhook-timestamp": (
            "Second of this try, since 1970 in UTC. Refuse what is older than five minutes.",
            "1904117471",
        ),
        "webhook-signature": (
            "`v1,` and the base64 of HMAC-SHA256 of `id.timestamp.body` by the secret; more with spaces between.",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
    }
    return {
        "operationId": "hearOfTrack",
        "summary": "Something became of a track of yours.",
        "description": "Signed as Standard Webhooks 1.0.0 has it. Verify before you read.",
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
                "example": example,
            }
            for name, (description, example) in headers.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": _named("WebhookMessage")}},
        },
        "responses": {"204": {"description": "Taken. Any 2xx within ten seconds is as good."}},
    }


def _choices(endpoints: Iterable[Endpoint]) -> Json:
    """The enumerations that more than one place takes."""
    found: list[Member | Text] = []
    for endpoint in endpoints:
        found += endpoint.choices.values()
        found += [parameter for parameter in (*endpoint.query, *endpoint.headers) if isinstance(parameter, Text)]
        members = endpoint.body.members if endpoint.body is not None else ()
        found += [member.each if isinstance(member, Texts) else member for member in members]
    return {each.shared: each.own_schema() for each in found if isinstance(each, Text) and each.shared}


def _examples(bodies: Iterable[Body]) -> Json:
    examples: Json = {name: {"value": value} for name, value in BY_SCHEMA.items()}
    examples |= {body.name: {"value": body.example} for body in bodies}
    for word, reason in REASONS.items():
        told = Problem(reason.status, word, reason.detail, facts=reason.facts).document(_EXAMPLE_REQUEST_ID)
        examples[word] = {"summary": reason.detail, "value": told}
    return examples


def _named(*names: str) -> Json:
    return {name: {"$ref": f"#/components/examples/{name}"} for name in names}


def _operation(endpoint: Endpoint) -> Json:
    operation: Json = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": endpoint.description or endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint),
        "security": _security(endpoint),
    }
    if endpoint.body is not None:
        name = endpoint.body.name
        schema = {"$ref": f"#/components/schemas/{name}"}
        content: Json = {"application/json": {"schema": schema, "examples": _named(name)}}
        is_required = any(member.required for member in endpoint.body.members)
        operation["requestBody"] = {"required": is_required, "content": content}
    elif endpoint.body_media_type:
        content = {endpoint.body_media_type: _of_bytes(endpoint.body_media_type)}
        operation["requestBody"] = {"required": endpoint.body_media_required, "content": content}
    return operation


def _security(endpoint: Endpoint) -> list[Json]:
    ways = _SECURITY[endpoint.access]
    scope = scope_of(endpoint.name)
    if endpoint.access is not Access.SIGNED or scope is Scope.SESSION:
        return ways
    return [*ways, {"api_key": [scope.value]}]


def _parameters(endpoint: Endpoint) -> list[Json]:
    parameters = [_path_parameter(endpoint, name) for name in _PARAMETER.findall(endpoint.path)]
    for place, declared in (("query", endpoint.query), ("header", endpoint.headers)):
        parameters += [
            {
                "name": parameter.name,
                "in": place,
                "description": parameter.summary,
                "required": getattr(parameter, "required", False),
                **({"allowEmptyValue": True} if place == "query" else {}),
                "schema": parameter.json_schema(),
                "example": parameter.told_example(),
            }
            for parameter in declared
        ]
    return parameters


def _path_parameter(endpoint: Endpoint, name: str) -> Json:
    parameter: Json = {"name": name, "in": "path", "required": True}
    if name in endpoint.choices:
        choice = endpoint.choices[name]
        return parameter | {
            "description": choice.summary,
            "schema": choice.json_schema(),
            "example": choice.told_example(),
        }
    description, example = _PATH_PARAMETERS[name]
    schema = {"type": "string", "pattern": f"^(?:{PATTERNS[name]})$"}
    return parameter | {"description": description, "schema": schema, "example": example}


def _responses(endpoint: Endpoint) -> Json:
    limited = () if endpoint.rate is Rate.FREE else OF_LIMITED
    responses: Json = {str(answer.status): _response(answer, limited) for answer in endpoint.answers}
    for status, words, has_body in sorted(_refusals([endpoint])):
        name = _refusal_name(status, words, has_body)
        responses[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return responses


def _refusals(endpoints: Iterable[Endpoint]) -> set[tuple[int, tuple[str, ...], bool]]:
    """Status, the reasons that it stands for, and whether they are told in a body: each set of them once."""
    found = set()
    for endpoint in endpoints:
        by_status: dict[int, list[str]] = {}
        for word in reasons_of(endpoint):
            by_status.setdefault(REASONS[word].status, []).append(word)
        found |= {(status, tuple(words), endpoint.method != "HEAD") for status, words in by_status.items()}
    return found


def _refusal_name(status: int, words: tuple[str, ...], has_body: bool) -> str:
    return "-".join((str(status), *words)) + ("" if has_body else "-without-body")


def _refusal(status: int, words: tuple[str, ...], has_body: bool) -> Json:
    response: Json = {"description": f"{HTTPStatus(status).phrase}: {', '.join(words)}."}
    if status in OF_STATUS:
        response["headers"] = _headers(OF_STATUS[status])
    if has_body:
        schema = {"$ref": "#/components/schemas/Problem"}
        response["content"] = {MEDIA_TYPE: {"schema": schema, "examples": _named(*words)}}
    return response


def _response(answer: Answer, limited: tuple[str, ...]) -> Json:
    response: Json = {"description": answer.summary}
    if answer.schema:
        schema = {"$ref": f"#/components/schemas/{answer.schema}"}
        response["content"] = {"application/json": {"schema": schema, "examples": _named(answer.schema)}}
    elif answer.media_types:
        response["content"] = {media_type: _of_bytes(media_type) for media_type in answer.media_types}
    if answer.headers or limited:
        response["headers"] = _headers((*answer.headers, *limited))
    return response


def _of_bytes(media_type: str) -> Json:
    if media_type == "application/json":
        told = "Whatever the sender tells; its signature is over these very bytes."
        schema: Json = {"type": "object", "description": told, "additionalProperties": True}
        return {"schema": schema, "example": json.loads(BY_MEDIA_TYPE[media_type])}
    # Without a type and format, generators make a function that gives nothing.
    schema = {"type": "string"} if media_type.startswith("text/") else {"type": "string", "format": "binary"}
    return {"schema": schema, "example": BY_MEDIA_TYPE[media_type]}


def _headers(names: Iterable[str]) -> Json:
    return {name: {"required": True, "schema": HEADERS[name][0], "example": HEADERS[name][1]} for name in names}
