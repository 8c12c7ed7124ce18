"""Signing in a program that has no page of its own: it shows a code, and somebody who is signed in approves it.

Codes come in bodies, never in an address, where servers and proxies would log them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from services.gateway.api.answer_examples import DEVICE_CODE, USER_CODE
from services.gateway.api.calls import ask
from services.gateway.api.endpoint import Access, Answer, Call, Endpoint, Rate, json_answer, nothing
from services.gateway.api.mapping import account_json, moment
from services.gateway.api.schema import Body, Text, YesNo
from stripsession.auth.v1 import device_service_pb2 as pb

if TYPE_CHECKING:
    from stripsession.auth.v1.device_service_pb2_grpc import DeviceServiceAsyncStub

_CLIENT = Text(
    "client_name",
    "What the program calls itself, as shown to whoever approves: 1 to 100 characters.",
    required=True,
    length_min=1,
    length_max=100,
)
_USER_CODE = Text("user_code", "The code that the program shows.", required=True, length_min=1, length_max=40)
START = Body("DeviceStart", "What asks.", (_CLIENT,), {"client_name": "stripsession on ada-laptop"})
REDEEM = Body(
    "DeviceRedeem",
    "The program's own code.",
    (Text("device_code", "The program's own code.", required=True, length_min=1, length_max=200),),
    {"device_code": DEVICE_CODE},
)
LOOKUP = Body("DeviceLookup", "What the program shows.", (_USER_CODE,), {"user_code": USER_CODE})
ANSWER = Body(
    "DeviceAnswer",
    "Whether it may.",
    (_USER_CODE, YesNo("approve", "True signs the program in as you; false refuses it.", required=True)),
    {"user_code": USER_CODE, "approve": True},
)


class DeviceRoutes:
    """What a program asks, and what a person answers."""

    def __init__(self, devices: DeviceServiceAsyncStub) -> None:
        """Auth has the codes."""
        self._devices = devices

    def endpoints(self) -> list[Endpoint]:
        """The routes."""
        return [*self._of_programs(), *self._of_people()]

    def _of_programs(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/auth/device", "startDeviceSignIn", "Ask to sign in a program.", self.start),
                *((Answer(201, "The codes.", "DeviceCodes"),), Access.PUBLIC, Rate.SIGN_IN),
                body=START,
                tag="auth",
                description="Show `user_code` and `path` below the server's address; then ask redeemDeviceSignIn each"
                " `interval_s` until somebody has answered, or the codes end.",
                refusals=("CLIENT_NAME_INVALID",),
            ),
            Endpoint(
                *("POST", "/v1/auth/device/token", "redeemDeviceSignIn", "Ask whether it was approved.", self.redeem),
                *((Answer(200, "The account and its session.", "Session"),), Access.PUBLIC),
                body=REDEEM,
                tag="auth",
                description="DEVICE_PENDING: nobody has answered yet. DEVICE_TOO_SOON: wait longer from now on, as long"
                " as Retry-After says. The session is told once.",
                refusals=("DEVICE_CODE_NOT_FOUND", "DEVICE_PENDING", "DEVICE_REFUSED", "DEVICE_TOO_SOON"),
            ),
        ]

    def _of_people(self) -> list[Endpoint]:
        return [
            Endpoint(
                *("POST", "/v1/auth/device/lookup", "describeDeviceSignIn", "What a code was asked for.", self.lookup),
                (Answer(200, "What asks, and from where.", "DeviceSignIn"),),
                body=LOOKUP,
                tag="auth",
                description="Nobody vouches for `client_name`. Approve only what you began yourself. Whoever looks"
                " first is the only one who can look again and answer.",
                refusals=("DEVICE_CODE_NOT_FOUND",),
            ),
            Endpoint(
                *(
                    "POST",
                    "/v1/auth/device/answer",
                    "answerDeviceSignIn",
                    "Approve a program, or refuse it.",
                    self.answer,
                ),
                (Answer(204, "It is told."),),
                body=ANSWER,
                tag="auth",
                description="The first answer stands. What is approved has a session of yours until it signs out.",
                refusals=("ACCOUNT_NOT_FOUND", "DEVICE_CODE_NOT_FOUND"),
            ),
        ]

    async def start(self, call: Call) -> Response:
        """Two codes."""
        body = await call.body()
        request = pb.StartDeviceSignInRequest(client_name=body["client_name"], address=str(call.request.state.address))
        codes = await ask(self._devices.StartDeviceSignIn, request)
        return json_answer(
            {
                "device_code": codes.device_code,
                "user_code": codes.user_code,
                "path": f"/#/device/{codes.user_code}",
                "expires_at": moment(codes.expires_at),
                "interval_s": codes.interval_s,
            },
            201,
        )

    async def redeem(self, call: Call) -> Response:
        """A session, once."""
        body = await call.body()
        answer = await ask(
            self._devices.RedeemDeviceSignIn, pb.RedeemDeviceSignInRequest(device_code=body["device_code"])
        )
        tokens = answer.tokens
        return json_answer(
            {
                "user_id": tokens.user_id,
                "access_expires_at": moment(tokens.access_expires_at),
                "refresh_expires_at": moment(tokens.refresh_expires_at),
                "account": account_json(answer.account),
                "token_type": "Bearer",
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
            }
        )

    async def lookup(self, call: Call) -> Response:
        """What waits."""
        body = await call.body()
        request = pb.DescribeDeviceSignInRequest(user_id=call.owner_id, user_code=body["user_code"])
        found = await ask(self._devices.DescribeDeviceSignIn, request)
        return json_answer(
            {
                "client_name": found.client_name,
                "address": found.address,
                "started_at": moment(found.started_at),
                "expires_at": moment(found.expires_at),
            }
        )

    async def answer(self, call: Call) -> Response:
        """Yes or no."""
        body = await call.body()
        request = pb.AnswerDeviceSignInRequest(
            user_id=call.owner_id, user_code=body["user_code"], approve=body["approve"]
        )
        await ask(self._devices.AnswerDeviceSignIn, request)
        return nothing()
