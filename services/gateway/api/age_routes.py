"""Somebody says that they are old enough, whose account was made where that was not asked."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Answer, Call, Endpoint, json_answer
from services.gateway.api.mapping import account_json
from services.gateway.api.of_age import OF_AGE
from services.gateway.api.schema import Body, YesNo
from stripsession.auth.v1 import auth_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.auth_service_pb2_grpc import AuthServiceAsyncStub

PEOPLE_MAX = 10_000
"""How many are remembered to have confirmed it, the last that were asked about."""
CONFIRMS_AGE = YesNo("confirms_age", "True says that the person is 13 or older; without it there is no account.")
AGE = Body(
    "AgeConfirmation",
    "What is said of an account that nobody asked yet.",
    (YesNo("confirms_age", "True says that you are 13 or older.", required=True),),
    {"confirms_age": True},
)


class AgeRoutes:
    """Asked once of each account, and never how old somebody is."""

    def __init__(self, auth: AuthServiceAsyncStub) -> None:
        """Auth keeps it."""
        self._auth = auth
        self._confirmed: collections.OrderedDict[str, None] = collections.OrderedDict()

    def endpoints(self) -> list[Endpoint]:
        """The route."""
        return [
            Endpoint(
                *("POST", "/v1/account/age", "confirmAge", "Say that you are 13 or older. Idempotent.", self.confirm),
                (Answer(200, "The account, which has it noted.", "Account"),),
                body=AGE,
                tag="account",
                description="For an account whose `age_confirmed` is false: it was made before that was asked, or where"
                " another issuer vouches for you. That and when you first said so is kept, and no date of birth. Until"
                f" then AGE_NOT_CONFIRMED refuses {', '.join(sorted(OF_AGE))}; what is there can be read, downloaded"
                " and erased. Who is younger has askClosing.",
                refusals=("ACCOUNT_NOT_FOUND", "AGE_NOT_CONFIRMED"),
            )
        ]

    async def confirm(self, call: Call) -> Response:
        """Note it."""
        body = await call.body()
        request = pb.ConfirmAgeRequest(user_id=call.owner_id, confirms_age=body["confirms_age"])
        answer = await ask(self._auth.ConfirmAge, request)
        return json_answer(account_json(answer.account))

    async def confirmed(self, user_id: str) -> bool:
        """Whether a person has. Asked until they have, for nobody takes it back. Raises Refused."""
        if user_id in self._confirmed:
            self._confirmed.move_to_end(user_id)
            return True
        account = (await ask(self._auth.GetAccount, pb.GetAccountRequest(user_id=user_id))).account
        if not account.HasField("age_confirmed"):
            # An auth from before, in a deployment under way, which asks nobody.
            return True
        if account.age_confirmed:
            self._confirmed[user_id] = None
            if len(self._confirmed) > PEOPLE_MAX:
                self._confirmed.popitem(last=False)
        return account.age_confirmed
