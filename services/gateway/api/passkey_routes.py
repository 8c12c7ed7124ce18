"""Passkeys: added, listed, named and removed by a person who is signed in, and shown by whoever signs in."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.admission import Admission
from services.gateway.api.auth_routes import LANGUAGE
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.mapping import Json, moment
from services.gateway.api.opened_session import OPENED, TRANSPORT, device, is_by_cookie, opening_body, session_answer
from services.gateway.api.passkey_schemas import CREATED, USED
from services.gateway.api.schema import Body, JsonObject, Text
from stripsession.auth.v1 import passkey_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.passkey_service_pb2_grpc import PasskeyServiceAsyncStub

CREDENTIAL_BYTES_MAX = 16 * 1024
_NAME = Text("name", "What you call it, 1 to 100 characters.", required=True, length_min=1, length_max=100)
_MAIL_LANGUAGE = Text("language", "Of the mail about it, e.g. de; English where it is none of ours.", example="de")
NEW = Body(
    "PasskeyCreation",
    "What the browser made, and what you call it.",
    (
        _NAME,
        JsonObject(
            "credential",
            "RegistrationResponseJSON of WebAuthn level 3: the `toJSON()` of what navigator.credentials.create gave.",
            CREDENTIAL_BYTES_MAX,
            required=True,
        ),
        LANGUAGE,
    ),
    {"name": "This phone", "credential": CREATED, "language": "en"},
)
NAMING = Body("PasskeyName", "Another name.", (_NAME,), {"name": "Ada's phone"})
ANSWERED = JsonObject(
    "credential",
    "AuthenticationResponseJSON of WebAuthn level 3: the `toJSON()` of what navigator.credentials.get gave.",
    CREDENTIAL_BYTES_MAX,
)
"""Of a body that may have it."""
SIGN_IN = Body(
    "PasskeySignIn",
    "What the browser answered.",
    (dataclasses.replace(ANSWERED, required=True), LANGUAGE, TRANSPORT),
    {"credential": USED, "transport": "token"},
)
_ALL = "/v1/auth/passkeys"
_ONE = f"{_ALL}/{{passkey_id}}"
_ONCE = " It is to be answered within five minutes, and counts once."
_TOLD = "You are told by mail, where this server sends any."


class PasskeyRoutes:
    """A person's passkeys, and the way in by them."""

    def __init__(self, passkeys: PasskeyServiceAsyncStub, admission: Admission) -> None:
        """Auth has them; `admission` writes the cookies."""
        self._passkeys = passkeys
        self._admission = admission

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_the_door(), *self._of_proving(), *self._of_making(), *self._of_keeping()]

    def _of_the_door(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                "/v1/auth/passkey/options",
                "startPasskeySignIn",
                "What to ask a browser for, to sign in with a passkey.",
                self.start_sign_in,
                (Answer(200, "For navigator.credentials.get.", "PasskeyQuestion"),),
                Access.PUBLIC,
                Rate.SIGN_IN,
                tag="auth",
                description="No address is needed: the browser offers what passkeys there are." + _ONCE,
                refusals=("PASSKEYS_OFF",),
            ),
            Endpoint(
                "POST",
                "/v1/auth/passkey",
                "signInWithPasskey",
                "Sign in with what the browser answered.",
                self.sign_in,
                (Answer(200, "The account and its session.", "Session"),),
                Access.PUBLIC,
                Rate.SIGN_IN,
                body=SIGN_IN,
                tag="auth",
                description=f"Whatever is wrong with it is answered the same. {OPENED}",
                refusals=("CROSS_SITE", "PASSKEYS_OFF", "PASSKEY_REFUSED"),
            ),
        ]

    def _of_proving(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/auth/step-up/options", "startPasskeyProof"),
                *("What to ask a browser for, to show by a passkey of yours who you are.", self.start_proof),
                (Answer(200, "For navigator.credentials.get.", "PasskeyQuestion"),),
                tag="auth",
                description=f"What the browser answers is the `credential` of stepUp.{_ONCE}",
                refusals=("PASSKEYS_OFF", "PASSKEY_NOT_FOUND"),
            ),
        ]

    def _of_making(self) -> list[Endpoint]:
        return [
            Endpoint(
                "POST",
                f"{_ALL}/options",
                "startPasskey",
                "What to ask a browser for, to add a passkey.",
                self.start,
                (Answer(200, "For navigator.credentials.create.", "PasskeyQuestion"),),
                tag="auth",
                description="Passkeys are bound to this server's public name. At most 20 of a person." + _ONCE,
                refusals=("ACCOUNT_NOT_FOUND", "PASSKEYS_OFF", "TOO_MANY_PASSKEYS"),
            ),
            Endpoint(
                "POST",
                _ALL,
                "createPasskey",
                "Add the passkey that the browser made.",
                self.create,
                (Answer(201, "The passkey.", "Passkey"),),
                body=NEW,
                tag="auth",
                description=f"It signs you in from now on. {_TOLD}",
                refusals=(
                    *("ACCOUNT_NOT_FOUND", "PASSKEYS_OFF", "PASSKEY_NAME_INVALID", "PASSKEY_NOT_TAKEN"),
                    "TOO_MANY_PASSKEYS",
                ),
            ),
        ]

    def _of_keeping(self) -> list[Endpoint]:
        return [
            Endpoint(
                "GET",
                _ALL,
                "listPasskeys",
                "Your passkeys, newest first.",
                self.list,
                (Answer(200, "All of them.", "PasskeyList"),),
                tag="auth",
                description="`is_offered` is false where you can add none: the server has no name that they could be"
                " bound to, or another issuer vouches for you.",
            ),
            Endpoint(
                *("PATCH", _ONE, "renamePasskey", "Call a passkey something else.", self.rename),
                (Answer(200, "The passkey under its new name.", "Passkey"),),
                body=NAMING,
                tag="auth",
                refusals=("PASSKEY_NAME_INVALID", "PASSKEY_NOT_FOUND"),
            ),
            Endpoint(
                "DELETE",
                _ONE,
                "removePasskey",
                "Remove a passkey. It opens nothing from now on.",
                self.remove,
                (Answer(204, "It is removed."),),
                query=(_MAIL_LANGUAGE,),
                tag="auth",
                description=f"Sessions that it opened go on. The last way in stays. {_TOLD}",
                refusals=("LAST_WAY_IN", "PASSKEY_NOT_FOUND"),
            ),
        ]

    async def start_sign_in(self, call: Call) -> Response:
        """A question to anybody."""
        answer = await ask(self._passkeys.BeginPasskeySignIn, pb.BeginPasskeySignInRequest())
        return json_answer({"options": json.loads(answer.options_json)})

    async def sign_in(self, call: Call) -> Response:
        """Open a session."""
        body = await opening_body(call)
        request = pb.SignInWithPasskeyRequest(
            credential_json=body["credential"], device=device(call), language=body.get("language", "")
        )
        opened = await ask(self._passkeys.SignInWithPasskey, request)
        by_cookie = is_by_cookie(body)
        return session_answer(self._admission, call, opened.account, opened.tokens, by_cookie=by_cookie, status=200)

    async def start_proof(self, call: Call) -> Response:
        """A question to whoever is signed in, about what they have."""
        request = pb.BeginPasskeyProofRequest(user_id=call.owner_id)
        answer = await ask(self._passkeys.BeginPasskeyProof, request)
        return json_answer({"options": json.loads(answer.options_json)})

    async def start(self, call: Call) -> Response:
        """A question to whoever is signed in."""
        answer = await ask(self._passkeys.BeginPasskey, pb.BeginPasskeyRequest(user_id=call.owner_id))
        return json_answer({"options": json.loads(answer.options_json)})

    async def create(self, call: Call) -> Response:
        """Add one."""
        body = await call.body()
        request = pb.CreatePasskeyRequest(
            user_id=call.owner_id,
            name=body["name"],
            credential_json=body["credential"],
            language=body.get("language", ""),
        )
        answer = await ask(self._passkeys.CreatePasskey, request)
        return json_answer(_passkey_json(answer.passkey), 201)

    async def list(self, call: Call) -> Response:
        """All of them."""
        answer = await ask(self._passkeys.ListPasskeys, pb.ListPasskeysRequest(user_id=call.owner_id))
        return json_answer(
            {"passkeys": [_passkey_json(each) for each in answer.passkeys], "is_offered": answer.is_offered}
        )

    async def rename(self, call: Call) -> Response:
        """Another name."""
        body = await call.body()
        request = pb.RenamePasskeyRequest(user_id=call.owner_id, passkey_id=call.path["passkey_id"], name=body["name"])
        answer = await ask(self._passkeys.RenamePasskey, request)
        return json_answer(_passkey_json(answer.passkey))

    async def remove(self, call: Call) -> Response:
        """Give one up."""
        request = pb.RemovePasskeyRequest(
            user_id=call.owner_id, passkey_id=call.path["passkey_id"], language=call.text("language")
        )
        await ask(self._passkeys.RemovePasskey, request)
        return nothing()


def _passkey_json(passkey: pb.Passkey) -> Json:
    return {
        "passkey_id": passkey.passkey_id,
        "name": passkey.name,
        "created_at": moment(passkey.created_at),
        "last_used_at": moment(passkey.last_used_at) if passkey.HasField("last_used_at") else None,
    }
