"""API keys: made, listed and revoked by a person who is signed in. None of it can be done with a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import IDEMPOTENCY_KEY
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer, nothing
from services.gateway.api.idempotency import idempotency_header, idempotency_key
from services.gateway.api.mapping import Json, moment
from services.gateway.api.schema import Body, Text, Texts, Whole, YesNo
from services.gateway.api.scopes import SCOPE_TEXT, SCOPE_WORDS
from stripsession.auth.v1 import api_key_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.api_key_service_pb2_grpc import ApiKeyServiceAsyncStub

LIFE_DAYS_MAX = 366
NEW_KEY = Body(
    "ApiKeyRequest",
    "What the key is for, and for how long.",
    (
        Text("name", "What you call it, 1 to 100 characters.", required=True, length_min=1, length_max=100),
        Texts("scopes", "What it may be used for; at least one.", SCOPE_TEXT, len(SCOPE_WORDS), required=True),
        Whole("expires_in_days", "Days that it works, 1 to 366; absent takes 90.", 1, LIFE_DAYS_MAX),
        YesNo("never_expires", "True, and without expires_in_days, for a key that works until it is revoked."),
    ),
    {"name": "Nightly backup", "scopes": ["tracks:read", "downloads"], "expires_in_days": 30},
)
_IDEMPOTENCY = idempotency_header(
    "Sending the same again within 24 hours makes no second key: it is answered SECRET_TOLD, with the first one's"
    " `key_id` in facts, for a secret is told once. With another body it is refused.",
    IDEMPOTENCY_KEY,
)
_ALL = "/v1/api-keys"


class ApiKeyRoutes:
    """What people do with their keys."""

    def __init__(self, keys: ApiKeyServiceAsyncStub) -> None:
        """Auth has them."""
        self._keys = keys

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [
            Endpoint(
                "POST",
                _ALL,
                "createApiKey",
                "Make a key for a program. Its secret is told once.",
                self.create,
                (Answer(201, "The key and its secret.", "NewApiKey"),),
                headers=(_IDEMPOTENCY,),
                body=NEW_KEY,
                tag="keys",
                description="Keep `secret` as you keep a password, and send it as `Authorization: Bearer`. It begins"
                " with sks_live_ and ends in a checksum, so that scanners find lost ones. At most 25 keys of a person"
                " work at once. Takes a session: no key makes another.",
                refusals=(
                    *("ACCOUNT_NOT_FOUND", "API_KEY_LIFE_INVALID", "API_KEY_NAME_INVALID", "IDEMPOTENCY_KEY_REUSED"),
                    *("MALFORMED_HEADER", "SCOPES_INVALID", "SECRET_TOLD", "TOO_MANY_API_KEYS"),
                ),
            ),
            Endpoint(
                "GET",
                _ALL,
                "listApiKeys",
                "Your keys, newest first, without their secrets.",
                self.list,
                (Answer(200, "Those that work, and those that expired within the last days.", "ApiKeys"),),
                tag="keys",
            ),
            Endpoint(
                "DELETE",
                f"{_ALL}/{{key_id}}",
                "revokeApiKey",
                "End a key at once. Idempotent.",
                self.revoke,
                (Answer(204, "It opens nothing any more."),),
                tag="keys",
                description="Within a second, everywhere. What is being downloaded with it is downloaded to its end,"
                " and an event stream that it opened lasts ten minutes at most.",
                refusals=("API_KEY_NOT_FOUND",),
            ),
        ]

    async def create(self, call: Call) -> Response:
        """Make one."""
        name = idempotency_key(call)
        body = await call.body()
        request = pb.CreateApiKeyRequest(
            user_id=call.owner_id,
            name=body["name"],
            scopes=body["scopes"],
            life_days=body.get("expires_in_days", 0),
            never_expires=body.get("never_expires", False),
            idempotency_key=name,
        )
        made = await ask(self._keys.CreateApiKey, request)
        return json_answer(_key_json(made.key) | {"secret": made.secret}, 201)

    async def list(self, call: Call) -> Response:
        """All of them."""
        answer = await ask(self._keys.ListApiKeys, pb.ListApiKeysRequest(user_id=call.owner_id))
        return json_answer({"keys": [_key_json(key) for key in answer.keys]})

    async def revoke(self, call: Call) -> Response:
        """End one."""
        request = pb.RevokeApiKeyRequest(user_id=call.owner_id, key_id=call.path["key_id"])
        await ask(self._keys.RevokeApiKey, request)
        return nothing()


def _key_json(key: pb.ApiKey) -> Json:
    return {
        "key_id": key.key_id,
        "name": key.name,
        # A word that is newer than this gateway opens nothing here.
        "scopes": [scope for scope in key.scopes if scope in SCOPE_WORDS],
        "ending": key.ending,
        "created_at": moment(key.created_at),
        "expires_at": moment(key.expires_at) if key.HasField("expires_at") else None,
        "last_used_on": key.last_used_on or None,
    }
