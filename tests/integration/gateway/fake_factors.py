"""Auth's second factors, proofs and changes of address, in memory."""

from __future__ import annotations

import datetime
import json
from typing import Any

import grpc

from chassis.rpc.server import Registration
from services.gateway.api.passkey_schemas import USED
from stripsession.auth.v1 import auth_service_pb2, email_change_service_pb2_grpc, second_factor_service_pb2_grpc
from stripsession.auth.v1 import email_change_service_pb2 as change_pb
from stripsession.auth.v1 import second_factor_service_pb2 as pb
from tests.integration.gateway.fakes import FakeAuth, refused

CODE = "492039"
RECOVERY = ["7Q2M-X4KD-90VB-EHT5", "C3ZP-8RWN-61JG-YSA0"]


class FakeFactors(second_factor_service_pb2_grpc.SecondFactorServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.auth = auth
        self.begun: set[str] = set()
        self.set: set[str] = set()
        self.begins_anew = False
        """Whether one can be begun although one is set."""
        self.changes = FakeEmailChanges(auth)
        self.challenges: dict[str, str] = {}
        self.told: list[str] = []
        """Languages of mails."""

    def challenge(self, user_id: str, name: str = "challenge-1") -> auth_service_pb2.SignInChallenge:
        """What a right password of somebody with a second factor gives."""
        challenge = auth_service_pb2.SignInChallenge(challenge=name, methods=("totp", "recovery_code"))
        challenge.expires_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
        self.challenges[name] = user_id
        return challenge

    def registrations(self) -> list[Registration]:
        """It and the changes of address, on a server."""
        return [
            lambda server: second_factor_service_pb2_grpc.add_SecondFactorServiceServicer_to_server(self, server),
            lambda server: email_change_service_pb2_grpc.add_EmailChangeServiceServicer_to_server(self.changes, server),
        ]

    async def GetSecondFactor(self, request: Any, context: Any) -> pb.GetSecondFactorResponse:
        state = pb.GetSecondFactorResponse(is_offered=True)
        if request.user_id in self.set:
            state.set_at.FromDatetime(datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC))
            state.recovery_codes_left = len(RECOVERY)
        return state

    async def StartTotp(self, request: Any, context: Any) -> pb.StartTotpResponse:
        if request.user_id in self.set and not self.begins_anew:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "SECOND_FACTOR_SET", "There is one.")
        self.begun.add(request.user_id)
        return pb.StartTotpResponse(secret="GEZDGNBV", uri="otpauth://totp/x", qr_rows=["101", "010", "111"])

    async def ConfirmTotp(self, request: Any, context: Any) -> pb.ConfirmTotpResponse:
        if request.user_id not in self.begun:
            raise refused(grpc.StatusCode.NOT_FOUND, "SECOND_FACTOR_NOT_STARTED", "Nothing waits.")
        self._right(request.code)
        self.set.add(request.user_id)
        self.told.append(request.language)
        return pb.ConfirmTotpResponse(recovery_codes=RECOVERY)

    async def RemoveTotp(self, request: Any, context: Any) -> pb.RemoveTotpResponse:
        self.set.discard(request.user_id)
        self.told.append(request.language)
        return pb.RemoveTotpResponse()

    async def MakeRecoveryCodes(self, request: Any, context: Any) -> pb.MakeRecoveryCodesResponse:
        if request.user_id not in self.set:
            raise refused(grpc.StatusCode.FAILED_PRECONDITION, "SECOND_FACTOR_NOT_SET", "There is none.")
        self.told.append(request.language)
        return pb.MakeRecoveryCodesResponse(recovery_codes=RECOVERY)

    async def AnswerChallenge(self, request: Any, context: Any) -> pb.AnswerChallengeResponse:
        user_id = self.challenges.get(request.challenge)
        if user_id is None:
            raise refused(grpc.StatusCode.UNAUTHENTICATED, "CHALLENGE_SPENT", "It has run out.")
        self._right(request.code)
        del self.challenges[request.challenge]
        return pb.AnswerChallengeResponse(account=self.auth.account(user_id), tokens=self.auth.tokens(user_id))

    async def ListProofs(self, request: Any, context: Any) -> pb.ListProofsResponse:
        return pb.ListProofsResponse(methods=self._methods(request.user_id))

    async def StepUp(self, request: Any, context: Any) -> pb.StepUpResponse:
        if request.credential_json:
            if json.loads(request.credential_json).get("id") != USED["id"]:
                raise refused(grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSKEY", "This passkey was not taken.")
        elif request.code:
            self._right(request.code)
        elif request.password != self.auth.password_of(request.user_id):
            raise refused(grpc.StatusCode.PERMISSION_DENIED, "WRONG_PASSWORD", "The password is wrong.")
        tokens = self.auth.tokens(request.user_id)
        return pb.StepUpResponse(access_token=tokens.access_token, access_expires_at=tokens.access_expires_at)

    def _methods(self, user_id: str) -> tuple[str, ...]:
        if user_id in self.set:
            return ("totp", "recovery_code")
        return ("password",) if user_id in self.auth.accounts else ()

    def _right(self, code: str) -> None:
        if code == "held off":
            raise refused(grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_CODES", "Wait.", retry_after_s=30)
        if code not in (CODE, *RECOVERY):
            raise refused(grpc.StatusCode.PERMISSION_DENIED, "WRONG_CODE", "The code is wrong.")


class FakeEmailChanges(email_change_service_pb2_grpc.EmailChangeServiceServicer):
    def __init__(self, auth: FakeAuth) -> None:
        self.auth = auth
        self.asked: list[tuple[str, str, str]] = []
        self.codes: dict[str, tuple[str, str]] = {}
        """Whose address becomes which, by code."""

    async def RequestEmailChange(self, request: Any, context: Any) -> change_pb.RequestEmailChangeResponse:
        self.asked.append((request.user_id, request.email, request.language))
        return change_pb.RequestEmailChangeResponse()

    async def ConfirmEmailChange(self, request: Any, context: Any) -> change_pb.ConfirmEmailChangeResponse:
        old_email, email = self._take(request.code)
        return change_pb.ConfirmEmailChangeResponse(email=email, old_email=old_email)

    async def UndoEmailChange(self, request: Any, context: Any) -> change_pb.UndoEmailChangeResponse:
        self._take(request.code)
        return change_pb.UndoEmailChangeResponse()

    def _take(self, code: str) -> tuple[str, str]:
        if code not in self.codes:
            raise refused(grpc.StatusCode.NOT_FOUND, "CODE_SPENT", "The link has run out.")
        user_id, email = self.codes.pop(code)
        account = self.auth.account(user_id)
        old_email, account.email = account.email, email
        return old_email, email
