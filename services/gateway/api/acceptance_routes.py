"""Which versions of the privacy policy somebody accepted, and what they are still to be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.acceptance_schemas import acceptance_json
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.schema import Body, Whole, YesNo
from stripsession.auth.v1 import policy_acceptance_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.policy_acceptance_service_pb2_grpc import PolicyAcceptanceServiceAsyncStub

_PATH = "/v1/privacy/acceptance"
_VERSION_MAX = 10_000
ACCEPTED = Body(
    "PolicyAccepting",
    "What is accepted.",
    (Whole("version", "The version in force, as getPolicyAcceptance told it.", 1, _VERSION_MAX, required=True),),
    {"version": 3},
)
NOTICED = Body(
    "PolicyNotice",
    "Of what a notice told.",
    (
        Whole("version", "The version in force, or the one that is coming.", 1, _VERSION_MAX, required=True),
        YesNo("asked", "True where it asked for the version, being in force; absent where it told of one to come."),
    ),
    {"version": 3, "asked": True},
)


class AcceptanceRoutes:
    """A person's own. None of them holds anything up: whoever accepts nothing plays, downloads and leaves as before."""

    def __init__(self, acceptances: PolicyAcceptanceServiceAsyncStub) -> None:
        """Auth keeps them."""
        self._acceptances = acceptances

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        answer = (Answer(200, "How you stand now.", "PolicyAcceptance"),)
        return [
            Endpoint(
                *("GET", _PATH, "getPolicyAcceptance", "Which versions of the privacy policy you accepted.", self.read),
                answer,
                tag="privacy",
                description="Who signs up accepts the version that is in force. Who has an account is asked once for a"
                " newer one, and told once of one that is coming; nothing waits for an answer.",
                refusals=("ACCOUNT_NOT_FOUND",),
            ),
            Endpoint(
                *("POST", _PATH, "acceptPolicy", "Accept the version in force. Idempotent.", self.accept),
                answer,
                body=ACCEPTED,
                tag="privacy",
                description="The first moment stands. Any other version is refused: read again which is in force.",
                refusals=("ACCOUNT_NOT_FOUND", "POLICY_NOT_IN_FORCE"),
            ),
            Endpoint(
                "POST",
                "/v1/privacy/notices",
                "notePolicyNotice",
                "Say that a notice told you of a version, or asked you for it. Idempotent.",
                self.note,
                answer,
                body=NOTICED,
                tag="privacy",
                description="No notice tells or asks again of that version. It accepts nothing. Where one that was to"
                " come has come in force meanwhile nothing is noted, and the answer says that it is asked for.",
                refusals=("ACCOUNT_NOT_FOUND", "POLICY_VERSION_NOT_FOUND"),
            ),
        ]

    async def read(self, call: Call) -> Response:
        """All of it."""
        return await self._told(call)

    async def accept(self, call: Call) -> Response:
        """Note that they do."""
        request = pb.AcceptPolicyRequest(user_id=call.owner_id, version=(await call.body())["version"])
        await ask(self._acceptances.AcceptPolicy, request)
        return await self._told(call)

    async def note(self, call: Call) -> Response:
        """Note that they were told."""
        body = await call.body()
        request = pb.NotePolicyNoticeRequest(
            user_id=call.owner_id, version=body["version"], asked=body.get("asked", False)
        )
        await ask(self._acceptances.NotePolicyNotice, request)
        return await self._told(call)

    async def _told(self, call: Call) -> Response:
        request = pb.GetPolicyAcceptanceRequest(user_id=call.owner_id)
        return json_answer(acceptance_json(await ask(self._acceptances.GetPolicyAcceptance, request)))
