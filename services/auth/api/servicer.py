"""Auth's two RPC services: map, call one verb, map."""

from __future__ import annotations

import dataclasses
import logging

from chassis import logs
from services.auth.api.mapping import account_message, challenge_message, timestamp, tokens_message
from services.auth.api.sign_in_counting import counted
from services.auth.app.begin_challenge import SecondFactorNeeded
from services.auth.app.confirm_age import confirm_age
from services.auth.app.confirm_sign_up import confirm_sign_up
from services.auth.app.create_sign_in_link import create_sign_in_link
from services.auth.app.get_account import get_account
from services.auth.app.ports import Ports
from services.auth.app.redeem_sign_in_link import redeem_sign_in_link
from services.auth.app.refresh_session import refresh_session
from services.auth.app.sign_in import sign_in
from services.auth.app.sign_out import sign_out
from services.auth.app.sign_up import new_person, sign_up
from services.auth.app.update_account import update_account
from services.auth.domain.errors import RefreshTokenReused
from stripsession.auth.v1 import auth_service_pb2, auth_service_pb2_grpc

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class PublishedKeys:
    """What a verifier of access tokens has to know."""

    key_set_json: str
    issuer: str
    audience: str


class AuthServicer(auth_service_pb2_grpc.AuthServiceServicer):
    """What the gateway asks on behalf of people."""

    def __init__(self, ports: Ports, keys: PublishedKeys) -> None:
        """`keys` do not change while the process lives."""
        self._ports = ports
        self._keys = keys

    async def SignUp(self, request: auth_service_pb2.SignUpRequest, context: object) -> auth_service_pb2.SignUpResponse:
        """Makes an account and signs it in, or mails a link that does."""
        person = new_person(
            request.email,
            request.password,
            request.display_name,
            confirms_age=request.confirms_age,
            language=request.language,
            device=request.device,
        )
        opened = await sign_up(self._ports, person)
        if opened is None:
            return auth_service_pb2.SignUpResponse()
        account, tokens = opened
        logs.event(_log, logging.INFO, "account created", user_id=account.user_id)
        return auth_service_pb2.SignUpResponse(account=account_message(account), tokens=tokens_message(tokens))

    async def ConfirmSignUp(
        self, request: auth_service_pb2.ConfirmSignUpRequest, context: object
    ) -> auth_service_pb2.ConfirmSignUpResponse:
        """Makes the account whose sign-up mailed this code, and signs it in."""
        account, tokens = await confirm_sign_up(self._ports, request.code, request.password, request.device)
        logs.event(_log, logging.INFO, "account created", user_id=account.user_id)
        return auth_service_pb2.ConfirmSignUpResponse(account=account_message(account), tokens=tokens_message(tokens))

    async def SignIn(self, request: auth_service_pb2.SignInRequest, context: object) -> auth_service_pb2.SignInResponse:
        """Signs in with e-mail and password."""
        try:
            with counted():
                account, tokens = await sign_in(self._ports, request.email, request.password, request.device)
        except SecondFactorNeeded as needed:
            return auth_service_pb2.SignInResponse(challenge=challenge_message(needed.challenge))
        return auth_service_pb2.SignInResponse(account=account_message(account), tokens=tokens_message(tokens))

    async def RefreshSession(
        self, request: auth_service_pb2.RefreshSessionRequest, context: object
    ) -> auth_service_pb2.RefreshSessionResponse:
        """Exchanges a refresh token for a new pair."""
        try:
            tokens = await refresh_session(self._ports, request.refresh_token)
        except RefreshTokenReused as error:
            logs.event(
                _log,
                logging.WARNING,
                "a spent refresh credential came back; its session was ended",
                session_id=error.session_id,
                user_id=error.user_id,
            )
            raise
        return auth_service_pb2.RefreshSessionResponse(tokens=tokens_message(tokens))

    async def SignOut(
        self, request: auth_service_pb2.SignOutRequest, context: object
    ) -> auth_service_pb2.SignOutResponse:
        """Ends the session a refresh token belongs to."""
        await sign_out(self._ports, request.refresh_token)
        return auth_service_pb2.SignOutResponse()

    async def RedeemSignInLink(
        self, request: auth_service_pb2.RedeemSignInLinkRequest, context: object
    ) -> auth_service_pb2.RedeemSignInLinkResponse:
        """Exchanges a one-time sign-in link's code for tokens."""
        with counted():
            account, tokens = await redeem_sign_in_link(self._ports, request.code, request.device)
        return auth_service_pb2.RedeemSignInLinkResponse(
            account=account_message(account), tokens=tokens_message(tokens)
        )

    async def GetKeySet(
        self, request: auth_service_pb2.GetKeySetRequest, context: object
    ) -> auth_service_pb2.GetKeySetResponse:
        """The public keys that access tokens are signed with."""
        return auth_service_pb2.GetKeySetResponse(
            key_set_json=self._keys.key_set_json, issuer=self._keys.issuer, audience=self._keys.audience
        )

    async def GetAccount(
        self, request: auth_service_pb2.GetAccountRequest, context: object
    ) -> auth_service_pb2.GetAccountResponse:
        """The account of a signed-in person."""
        account = await get_account(self._ports, request.user_id)
        return auth_service_pb2.GetAccountResponse(account=account_message(account))

    async def ConfirmAge(
        self, request: auth_service_pb2.ConfirmAgeRequest, context: object
    ) -> auth_service_pb2.ConfirmAgeResponse:
        """Notes that the person is old enough."""
        account = await confirm_age(self._ports, request.user_id, confirms_age=request.confirms_age)
        return auth_service_pb2.ConfirmAgeResponse(account=account_message(account))

    async def UpdateAccount(
        self, request: auth_service_pb2.UpdateAccountRequest, context: object
    ) -> auth_service_pb2.UpdateAccountResponse:
        """Changes what a person may change of their account."""
        display_name = request.display_name if request.HasField("display_name") else None
        account = await update_account(self._ports, request.user_id, display_name)
        return auth_service_pb2.UpdateAccountResponse(account=account_message(account))


class LocalSignInServicer(auth_service_pb2_grpc.LocalSignInServiceServicer):
    """What the command line on the same machine asks."""

    def __init__(self, ports: Ports) -> None:
        """Callers are held by the server's list, not here."""
        self._ports = ports

    async def CreateSignInLink(
        self, request: auth_service_pb2.CreateSignInLinkRequest, context: object
    ) -> auth_service_pb2.CreateSignInLinkResponse:
        """Finds or makes the account, and returns a one-time code that signs it in."""
        link = await create_sign_in_link(self._ports, request.email, confirms_age=request.confirms_age)
        logs.event(_log, logging.INFO, "sign-in link made", user_id=link.user_id)
        return auth_service_pb2.CreateSignInLinkResponse(
            code=link.code, expires_at=timestamp(link.expires_at), user_id=link.user_id
        )
